// The textbook binding: one Napi::ObjectWrap whose object owns one SSL_SESSION reference, given
// back by free() or by the destructor. Compared with SslSession.
//
// load(libcrypto, libssl) opens the libraries; where the process has them already, it gets those.

#include <dlfcn.h>
#include <napi.h>

#include <string>
#include <vector>

namespace {

struct SSL_SESSION;

SSL_SESSION* (*SSL_SESSION_new)();
SSL_SESSION* (*SSL_SESSION_dup)(SSL_SESSION*);
int (*SSL_SESSION_up_ref)(SSL_SESSION*);
void (*SSL_SESSION_free)(SSL_SESSION*);
long (*SSL_SESSION_get_time)(const SSL_SESSION*);
SSL_SESSION* (*d2i_SSL_SESSION)(SSL_SESSION**, const unsigned char**, long);
int (*i2d_SSL_SESSION)(SSL_SESSION*, unsigned char**);

class Session : public Napi::ObjectWrap<Session> {
 public:
  static Napi::Function Init(Napi::Env env) {
    Napi::Function constructor = DefineClass(env, "Session",
                                             {
                                                 InstanceMethod<&Session::Dup>("dup"),
                                                 InstanceMethod<&Session::UpRef>("upRef"),
                                                 InstanceMethod<&Session::Free>("free"),
                                                 InstanceAccessor<&Session::Time>("time"),
                                                 StaticMethod<&Session::FromDer>("fromDer"),
                                                 InstanceMethod<&Session::ToDer>("toDer"),
                                             });
    env.SetInstanceData(new Napi::FunctionReference(Napi::Persistent(constructor)));
    return constructor;
  }

  explicit Session(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Session>(info) {
    session_ =
        info.Length() == 0 ? SSL_SESSION_new() : info[0].As<Napi::External<SSL_SESSION>>().Data();
    if (session_ == nullptr) throw Napi::Error::New(info.Env(), "SSL_SESSION_new failed");
  }
  ~Session() override { SSL_SESSION_free(session_); }

 private:
  static Napi::Value Adopt(Napi::Env env, SSL_SESSION* session) {
    if (session == nullptr) throw Napi::Error::New(env, "libssl gave no session");
    return env.GetInstanceData<Napi::FunctionReference>()->New(
        {Napi::External<SSL_SESSION>::New(env, session)});
  }

  SSL_SESSION* Live(Napi::Env env) const {
    if (session_ == nullptr) throw Napi::Error::New(env, "the session is freed");
    return session_;
  }

  Napi::Value Dup(const Napi::CallbackInfo& info) {
    return Adopt(info.Env(), SSL_SESSION_dup(Live(info.Env())));
  }

  Napi::Value UpRef(const Napi::CallbackInfo& info) {
    SSL_SESSION_up_ref(Live(info.Env()));
    return Adopt(info.Env(), session_);
  }

  void Free(const Napi::CallbackInfo&) {
    SSL_SESSION_free(session_);
    session_ = nullptr;
  }

  Napi::Value Time(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), SSL_SESSION_get_time(Live(info.Env())));
  }

  static Napi::Value FromDer(const Napi::CallbackInfo& info) {
    const auto der = info[0].As<Napi::Uint8Array>();
    const unsigned char* p = der.Data();
    return Adopt(info.Env(), d2i_SSL_SESSION(nullptr, &p, static_cast<long>(der.ByteLength())));
  }

  Napi::Value ToDer(const Napi::CallbackInfo& info) {
    SSL_SESSION* session = Live(info.Env());
    const int size = i2d_SSL_SESSION(session, nullptr);
    auto der = Napi::Buffer<unsigned char>::New(info.Env(), static_cast<size_t>(size));
    unsigned char* p = der.Data();
    i2d_SSL_SESSION(session, &p);
    return der;
  }

  SSL_SESSION* session_;
};

template <typename T>
void Resolve(Napi::Env env, void* library, const char* name, T** function) {
  *function = reinterpret_cast<T*>(dlsym(library, name));
  if (*function == nullptr) throw Napi::Error::New(env, std::string("no ") + name);
}

void Load(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  void* library = nullptr;
  for (size_t i = 0; i < 2; ++i) {
    const std::string path = info[i].As<Napi::String>();
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (library == nullptr) throw Napi::Error::New(env, dlerror());
  }
  Resolve(env, library, "SSL_SESSION_new", &SSL_SESSION_new);
  Resolve(env, library, "SSL_SESSION_dup", &SSL_SESSION_dup);
  Resolve(env, library, "SSL_SESSION_up_ref", &SSL_SESSION_up_ref);
  Resolve(env, library, "SSL_SESSION_free", &SSL_SESSION_free);
  Resolve(env, library, "SSL_SESSION_get_time", &SSL_SESSION_get_time);
  Resolve(env, library, "d2i_SSL_SESSION", &d2i_SSL_SESSION);
  Resolve(env, library, "i2d_SSL_SESSION", &i2d_SSL_SESSION);
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports["load"] = Napi::Function::New<Load>(env, "load");
  exports["Session"] = Session::Init(env);
  return exports;
}

}  // namespace

NODE_API_MODULE(objectwrap, Init)
