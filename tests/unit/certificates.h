/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Text that may hold a NUL; size 0 stands for strlen() */
typedef struct
{
  const char *text;
  guint size;
} TestText;

/* What a certificate shall say. Whatever is missing is left out, but for the serial number (1) and
 * the dates (now, for a day). */
typedef struct
{
  TestText common_names[3];
  TestText dns_names[3];
  const char *ip_addresses[3]; /* their bytes, 4 or 16 */
  guint ip_sizes[3];
  TestText serial_number; /* its bytes */
  gint64 begin;           /* seconds from now */
  gint64 end;             /* seconds from now; 0: a day */
} TestCertificate;

/* Makes a certificate and a P-256 key for it. The issuer is a CA that this made before, or NULL for
 * one that signs itself and is a CA. */
GTlsCertificate *test_certificate_new (const TestCertificate *wanted, GTlsCertificate *issuer);
/* Its key as encrypted PEM, and both as PKCS#12 (free with g_bytes_unref()) */
GBytes *test_certificate_lock_key (GTlsCertificate *certificate, const char *password);
GBytes *test_certificate_lock_both (GTlsCertificate *certificate, const char *password);

G_END_DECLS
