/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-builder.h"

G_BEGIN_DECLS

/* The state of serpent's reader, and how it reads str and bytes */
typedef struct
{
  PyrogBuilder builder;
  const char *p;
  const char *end;
  const char *start;
  guint nesting; /* of values in each other, in parentheses too */
} PyrogSerpentReader;

/* Reads the text whose quote is at p. What has no escapes is not copied. */
gboolean pyrog_serpent_read_text (PyrogSerpentReader *reader, gboolean is_bytes);
/* Fails with the place of p; returns FALSE */
gboolean pyrog_serpent_malformed (PyrogSerpentReader *reader);

G_END_DECLS
