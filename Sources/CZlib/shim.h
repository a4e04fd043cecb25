#pragma once
#include <zlib.h>

/// A stream that makes gzip's format, which a macro of zlib's begins.
static inline int staffrepo_begin_gzip(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
