#include "CLibgit2.h"

// libgit2 built with mbedTLS, as Debian's is, reads every certificate authority of the machine when it is set up. That is
// four milliseconds of each start, for downloads that staffrepo never makes: it reads repositories on disk only. A
// program's own function goes before a library's, so these take the place of mbedTLS's. With no authority known, any https
// transfer by libgit2 fails. libcurl, which sends our webhooks, does not use mbedTLS.
int mbedtls_x509_crt_parse_file(void *chain, const char *path) {
  (void)chain;
  (void)path;
  return 0;
}

int mbedtls_x509_crt_parse_path(void *chain, const char *path) {
  (void)chain;
  (void)path;
  return 0;
}
