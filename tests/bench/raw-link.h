/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>

/* A blocking socket, plain or with TLS, and what was read from it */
typedef struct
{
  int fd;
  gnutls_session_t session; /* (owned) (nullable) */
  guint8 *input;            /* (owned) */
  gsize size;
  gsize have;
} RawLink;

gboolean raw_link_start_tls (RawLink *link, gboolean server);
gssize raw_link_read (RawLink *link, guint8 *data, gsize size);
/* Whether a read would return at once without the socket being ready */
gboolean raw_link_has_more (RawLink *link);
void raw_link_write (RawLink *link, const guint8 *data, gsize size);
void raw_link_write_two (
    RawLink *link, const guint8 *first, gsize first_size, const guint8 *second, gsize second_size);
void raw_link_close (RawLink *link);
