/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TEST_TOKEN_LABEL "pyrog-token"
#define TEST_TOKEN_PIN "MaRkEr-PIN-20"

/* A PKCS#11 token in software, in a directory of its own; there can be one in a process */
typedef struct
{
  char *folder; /* (owned) */
} TestToken;

/* NULL: SoftHSM is not installed */
TestToken *test_token_new (void);
void test_token_free (TestToken *token);
/* Keeps the certificate there under that name, and its key where the PIN guards it. Returns the uri
 * of both (free with g_free()). */
char *test_token_add (TestToken *token, const char *name, GTlsCertificate *certificate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestToken, test_token_free)

G_END_DECLS
