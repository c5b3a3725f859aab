export const gc: () => void;
