/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-certificate.h"

G_BEGIN_DECLS

/* A fingerprint or serial number that a person wrote, in any case and with or without colons, in
 * the form in which certificates tell it; NULL if it is none (free with g_free()) */
char *pyrog_certificate_parse_fingerprint (const char *text);
char *pyrog_certificate_parse_serial_number (const char *text);

G_END_DECLS
