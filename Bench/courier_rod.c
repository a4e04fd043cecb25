/* A measuring rod for deliveries: what libcurl by itself needs to post the same bodies to the same endpoints.

     courier_rod SIZES PORT...

   SIZES has "INDEX BYTES" for each body, INDEX counting the ports from 0. Four transfers at a time to each port, handles
   and connections used again, a constant signature; nothing is read from a ledger, signed or written down. Ends with 1
   when anything but 204 is answered. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARALLEL = 4, LARGEST = 1 << 20 };

struct endpoint {
  char url[64];
  long *sizes;
  size_t count, room, next;
};

static char body[LARGEST];

static void fail(const char *why) {
  fprintf(stderr, "courier_rod: %s\n", why);
  exit(1);
}

static size_t ignore(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

static void read_sizes(const char *path, struct endpoint *endpoints, int ports) {
  FILE *file = fopen(path, "r");
  if (!file) fail("the sizes cannot be read");
  int index;
  long size;
  while (fscanf(file, "%d %ld", &index, &size) == 2) {
    if (index < 0 || index >= ports || size < 0 || size > LARGEST) fail("a size is wrong");
    struct endpoint *endpoint = &endpoints[index];
    if (endpoint->count == endpoint->room) {
      endpoint->room = endpoint->room ? endpoint->room * 2 : 1024;
      endpoint->sizes = realloc(endpoint->sizes, endpoint->room * sizeof *endpoint->sizes);
      if (!endpoint->sizes) fail("out of memory");
    }
    endpoint->sizes[endpoint->count++] = size;
  }
  fclose(file);
}

static struct curl_slist *headers(void) {
  static const char *lines[] = {
    "webhook-id: 01234567-89ab-5cde-8f01-23456789abcd", "webhook-timestamp: 1767600000", "User-Agent: staffrepo", "Expect:",
    "webhook-signature: v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "Content-Type: application/json",
  };
  struct curl_slist *list = NULL;
  for (size_t index = 0; index < sizeof lines / sizeof *lines; index++) list = curl_slist_append(list, lines[index]);
  return list;
}

/* Posts the endpoint's next body with this handle; 0 when there is none. */
static int start(CURLM *multi, CURL *easy, struct endpoint *endpoint) {
  if (endpoint->next == endpoint->count) return 0;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, endpoint->sizes[endpoint->next++]);
  if (curl_multi_add_handle(multi, easy) != CURLM_OK) fail("a transfer does not start");
  return 1;
}

int main(int count, char **arguments) {
  int ports = count - 2;
  if (ports < 1) {
    fputs("usage: courier_rod SIZES PORT...\n", stderr);
    return 64;
  }
  struct endpoint *endpoints = calloc((size_t)ports, sizeof *endpoints);
  if (!endpoints) fail("out of memory");
  read_sizes(arguments[1], endpoints, ports);
  memset(body, 'x', sizeof body);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM *multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)ports * PARALLEL);
  struct curl_slist *list = headers();
  long active = 0, sent = 0;
  for (int index = 0; index < ports; index++) {
    snprintf(endpoints[index].url, sizeof endpoints[index].url, "http://127.0.0.1:%s/hook", arguments[index + 2]);
    for (int handle = 0; handle < PARALLEL; handle++) {
      CURL *easy = curl_easy_init();
      curl_easy_setopt(easy, CURLOPT_URL, endpoints[index].url);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
      curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
      curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
      curl_easy_setopt(easy, CURLOPT_PROXY, "");
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
      curl_easy_setopt(easy, CURLOPT_PRIVATE, &endpoints[index]);
      active += start(multi, easy, &endpoints[index]);
    }
  }
  while (active) {
    int running, left;
    curl_multi_perform(multi, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
      CURL *easy = message->easy_handle;
      struct endpoint *endpoint;
      long status = 0;
      if (message->data.result != CURLE_OK) fail(curl_easy_strerror(message->data.result));
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &endpoint);
      if (status != 204) fail("an endpoint did not answer 204");
      sent++;
      curl_multi_remove_handle(multi, easy);
      active += start(multi, easy, endpoint) - 1;
    }
    if (active) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  printf("%ld deliveries\n", sent);
  return 0;
}
