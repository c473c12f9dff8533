/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "raw-link.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench-util.h"

static gnutls_certificate_credentials_t
get_credentials (gboolean server)
{
  static gnutls_certificate_credentials_t credentials;

  if (credentials != NULL)
    return credentials;
  gnutls_certificate_allocate_credentials (&credentials);
  if (gnutls_certificate_set_x509_trust_file (credentials, bench_certificate ("ca-cert"),
                                              GNUTLS_X509_FMT_PEM)
      < 1)
    g_error ("The CA can't be read");
  if (server
      && gnutls_certificate_set_x509_key_file (credentials, bench_certificate ("server-cert"),
                                               bench_certificate ("server-key"),
                                               GNUTLS_X509_FMT_PEM)
             < 0)
    g_error ("The certificate can't be read");
  return credentials;
}

gboolean
raw_link_start_tls (RawLink *link, gboolean server)
{
  int result;

  gnutls_init (&link->session, server ? GNUTLS_SERVER : GNUTLS_CLIENT);
  gnutls_priority_set_direct (link->session, "NORMAL:-VERS-ALL:+VERS-TLS1.3", NULL);
  gnutls_credentials_set (link->session, GNUTLS_CRD_CERTIFICATE, get_credentials (server));
  if (!server)
    gnutls_session_set_verify_cert (link->session, "127.0.0.1", 0);
  gnutls_transport_set_int (link->session, link->fd);
  do
    result = gnutls_handshake (link->session);
  while (result < 0 && !gnutls_error_is_fatal (result));
  return result == GNUTLS_E_SUCCESS;
}

gssize
raw_link_read (RawLink *link, guint8 *data, gsize size)
{
  gssize got;

  if (link->session == NULL)
    return read (link->fd, data, size);
  do
    got = gnutls_record_recv (link->session, data, size);
  while (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED);
  return got;
}

gboolean
raw_link_has_more (RawLink *link)
{
  return link->session != NULL && gnutls_record_check_pending (link->session) > 0;
}

void
raw_link_write (RawLink *link, const guint8 *data, gsize size)
{
  while (size > 0)
    {
      gssize sent = link->session != NULL ? gnutls_record_send (link->session, data, size)
                                          : send (link->fd, data, size, MSG_NOSIGNAL);
      if (sent <= 0)
        return;
      data += sent;
      size -= (gsize) sent;
    }
}

void
raw_link_write_two (
    RawLink *link, const guint8 *first, gsize first_size, const guint8 *second, gsize second_size)
{
  struct iovec parts[] = { { (void *) first, first_size }, { (void *) second, second_size } };
  gssize sent = 0;

  if (link->session == NULL)
    sent = writev (link->fd, parts, 2);
  if (sent < (gssize) first_size)
    {
      raw_link_write (link, first + sent, first_size - (gsize) sent);
      sent = (gssize) first_size;
    }
  raw_link_write (link, second + (sent - (gssize) first_size),
                  second_size - (gsize) (sent - (gssize) first_size));
}

void
raw_link_close (RawLink *link)
{
  if (link->session != NULL)
    {
      gnutls_bye (link->session, GNUTLS_SHUT_WR);
      gnutls_deinit (link->session);
    }
  close (link->fd);
}
