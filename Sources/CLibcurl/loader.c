#include "CLibcurl.h"

#include <dlfcn.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/socket.h>

// The functions' addresses in libcurl, once it is loaded.
static struct {
  CURLcode (*global_init)(long);
  CURL *(*easy_init)(void);
  CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
  CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
  void (*easy_reset)(CURL *);
  void (*easy_cleanup)(CURL *);
  const char *(*easy_strerror)(CURLcode);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
  CURLM *(*multi_init)(void);
  CURLMcode (*multi_add_handle)(CURLM *, CURL *);
  CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
  CURLMcode (*multi_perform)(CURLM *, int *);
  CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned int, int, int *);
  CURLMsg *(*multi_info_read)(CURLM *, int *);
  CURLMcode (*multi_cleanup)(CURLM *);
  CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
  time_t (*getdate)(const char *, const time_t *);
} curl;
static int is_loaded;

static void *find(void *library, const char *name, int *complete) {
  void *address = dlsym(library, name);
  if (!address) *complete = 0;
  return address;
}

static void load(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  int complete = 1;
#define FIND(name) *(void **)&curl.name = find(library, "curl_" #name, &complete)
  FIND(global_init);
  FIND(easy_init);
  FIND(easy_setopt);
  FIND(easy_getinfo);
  FIND(easy_reset);
  FIND(easy_cleanup);
  FIND(easy_strerror);
  FIND(slist_append);
  FIND(slist_free_all);
  FIND(multi_init);
  FIND(multi_add_handle);
  FIND(multi_remove_handle);
  FIND(multi_perform);
  FIND(multi_poll);
  FIND(multi_info_read);
  FIND(multi_cleanup);
  FIND(multi_setopt);
  FIND(getdate);
#undef FIND
  is_loaded = complete;
}

int staffrepo_curl_is_loaded(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded;
}

// Every option and every piece of information is one word wide.
CURLcode curl_easy_setopt(CURL *handle, CURLoption option, ...) {
  va_list arguments;
  va_start(arguments, option);
  void *value = va_arg(arguments, void *);
  va_end(arguments);
  return curl.easy_setopt(handle, option, value);
}

CURLcode curl_easy_getinfo(CURL *handle, CURLINFO info, ...) {
  va_list arguments;
  va_start(arguments, info);
  void *value = va_arg(arguments, void *);
  va_end(arguments);
  return curl.easy_getinfo(handle, info, value);
}

CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...) {
  va_list arguments;
  va_start(arguments, option);
  void *value = va_arg(arguments, void *);
  va_end(arguments);
  return curl.multi_setopt(multi, option, value);
}

CURLcode curl_global_init(long flags) { return staffrepo_curl_is_loaded() ? curl.global_init(flags) : CURLE_FAILED_INIT; }
CURL *curl_easy_init(void) { return curl.easy_init(); }
void curl_easy_reset(CURL *handle) { curl.easy_reset(handle); }
void curl_easy_cleanup(CURL *handle) { curl.easy_cleanup(handle); }
const char *curl_easy_strerror(CURLcode code) { return curl.easy_strerror(code); }
struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text) { return curl.slist_append(list, text); }
void curl_slist_free_all(struct curl_slist *list) { curl.slist_free_all(list); }
CURLM *curl_multi_init(void) { return curl.multi_init(); }
CURLMcode curl_multi_add_handle(CURLM *multi, CURL *handle) { return curl.multi_add_handle(multi, handle); }
CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *handle) { return curl.multi_remove_handle(multi, handle); }
CURLMcode curl_multi_perform(CURLM *multi, int *running) { return curl.multi_perform(multi, running); }
CURLMcode curl_multi_poll(
    CURLM *multi, struct curl_waitfd *others, unsigned int count, int milliseconds, int *ready) {
  return curl.multi_poll(multi, others, count, milliseconds, ready);
}
CURLMsg *curl_multi_info_read(CURLM *multi, int *left) { return curl.multi_info_read(multi, left); }
CURLMcode curl_multi_cleanup(CURLM *multi) { return curl.multi_cleanup(multi); }
time_t curl_getdate(const char *text, const time_t *unused) {
  return staffrepo_curl_is_loaded() ? curl.getdate(text, unused) : -1;
}

int64_t staffrepo_received(int descriptor) {
  struct tcp_info info = {0};
  socklen_t size = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size)) return -1;
  return (int64_t)info.tcpi_bytes_received;
}
