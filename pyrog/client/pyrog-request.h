/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-call-options.h"
#include "pyrog-call.h"
#include "pyrog-config.h"
#include "pyrog-serialized-blob.h"

G_BEGIN_DECLS

/* What a call is made of */
typedef struct
{
  const PyrogCodec *codec;
  PyrogConfig *config;
  const char *object;
  const char *method;        /* on the wire */
  PyrogSerializedBlob *blob; /* (nullable) what is sent instead of arguments */
  guint16 flags;             /* PyrogMessageFlags besides those of the options */
  PyrogMemberKind kind;
  const char *member;              /* (nullable) what kind is about */
  double timeout;                  /* seconds, 0: none */
  const PyrogCallOptions *options; /* (nullable) */
} PyrogRequest;

/* Marks an error of a request that was not made; takes and returns it */
GError *pyrog_request_not_sent (GError *error);
/* The call for these arguments; an error says that nothing was sent. owner (nullable but for
 * blobs) keeps all that the values point to: what is large is not copied then. */
PyrogCall *pyrog_request_make_call (const PyrogRequest *request,
                                    const PyrogValue *args,
                                    const PyrogValue *kwargs,
                                    PyrogArena *owner,
                                    GError **error);
/* The same for GVariants: args a tuple (nullable), kwargs an a{sv} (nullable) */
PyrogCall *pyrog_request_make_call_of_variants (const PyrogRequest *request,
                                                GVariant *args,
                                                GVariant *kwargs,
                                                GError **error);

G_END_DECLS
