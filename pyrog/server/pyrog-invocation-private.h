/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-annotation-table.h"
#include "pyrog-chunk.h"
#include "pyrog-codec.h"
#include "pyrog-invocation.h"
#include "pyrog-message.h"

G_BEGIN_DECLS

/* Where exceptions have their tracebacks */
#define PYROG_TRACEBACK_ATTRIBUTE "_pyroTraceback"

/* Called once, in the thread that answers, after the answer was stored */
typedef void (*PyrogAnsweredFunc) (PyrogInvocation *invocation, gpointer user_data);

typedef enum
{
  PYROG_ANSWER_NONE,
  PYROG_ANSWER_VALUE,  /* result */
  PYROG_ANSWER_STREAM, /* stream */
  PYROG_ANSWER_ERROR,  /* remote_class, result is its arguments, attributes */
} PyrogAnswer;

struct _PyrogInvocation
{
  GObject parent_instance;

  const PyrogCodec *codec;
  PyrogHeader header;
  PyrogMessage message;        /* points into chunk */
  PyrogCallParts call;         /* in arena */
  PyrogInvocation *whole;      /* (owned) (nullable) the batch that it is a part of */
  PyrogArena *arena;           /* (owned) unless it is that of the batch */
  PyrogChunk *chunk;           /* (owned) (nullable) */
  PyrogConnection *connection; /* (owned) (nullable) */
  PyrogSerializedBlob *blob;   /* (owned) (nullable) the argument, if it is one */
  GObject *instance;           /* (owned) (nullable) what a factory made for it */
  char *object_id;             /* (owned) (nullable) made when asked for */
  char *method_name;           /* (owned) (nullable) made when asked for */
  GVariant *args;              /* (owned) (nullable) made when asked for */
  GVariant *kwargs;            /* (owned) (nullable) made when asked for */

  int held;          /* (atomic) 1: the answer comes after the handler has returned */
  int answered;      /* (atomic) 1 from the first answer on */
  gboolean detailed; /* exceptions say where they come from (DETAILED_TRACEBACK) */
  gboolean quiet;    /* nobody is told that it failed */
  PyrogAnswer answer;
  GVariant *result;        /* (owned) (nullable) */
  PyrogValue result_value; /* what result says, if there is none */
  PyrogItemStream *stream; /* (owned) (nullable) */
  char *remote_class;      /* (owned) (nullable) */
  GError *error;           /* (owned) (nullable) what the class was made of */
  GVariant *attributes;    /* (owned) (nullable) */
  GHashTable *annotations; /* (owned) (nullable) (element-type utf8 GBytes) of the reply */

  PyrogAnsweredFunc answered_func; /* (nullable) */
  gpointer answered_data;
};

/* Takes the arena, in which the values of call are; chunk (nullable) is referenced as long as the
 * values point into it */
PyrogInvocation *pyrog_invocation_new (const PyrogCodec *codec,
                                       const PyrogMessage *message,
                                       const PyrogCallParts *call,
                                       PyrogArena *arena,
                                       PyrogChunk *chunk,
                                       PyrogConnection *connection);
/* Says nothing yet, and has an arena of its own for what it is to say */
PyrogInvocation *pyrog_invocation_new_blank (void);
/* Makes a blank one an invocation; the values of call are in its arena */
void pyrog_invocation_fill (PyrogInvocation *self,
                            const PyrogCodec *codec,
                            const PyrogMessage *message,
                            const PyrogCallParts *call,
                            PyrogChunk *chunk,
                            PyrogConnection *connection);
/* Makes one that is over blank again; FALSE: somebody else may still know it, nothing was done */
gboolean pyrog_invocation_reset (PyrogInvocation *self);
/* One call of the batch whole: a sequence of name, arguments and keywords, in its arena. blank
 * (nullable), one that was a call before, becomes it. */
PyrogInvocation *pyrog_invocation_new_member (PyrogInvocation *whole,
                                              const PyrogValue *call,
                                              PyrogInvocation *blank);
/* blob (nullable) is its argument. Call it before user code sees the invocation. */
void pyrog_invocation_set_blob (PyrogInvocation *self, PyrogSerializedBlob *blob);
/* From now on func is told of the answer; an invocation that is dropped answers for itself. Call it
 * before user code sees the invocation. */
void pyrog_invocation_set_answered_func (PyrogInvocation *self,
                                         PyrogAnsweredFunc func,
                                         gpointer user_data);

const PyrogValue *pyrog_invocation_get_arg_values (PyrogInvocation *self);
const PyrogValue *pyrog_invocation_get_kwarg_values (PyrogInvocation *self);
PyrogArena *pyrog_invocation_get_arena (PyrogInvocation *self);
/* What large arguments are to be slices of; NULL: there are none */
PyrogChunk *pyrog_invocation_get_slices (PyrogInvocation *self);
/* Puts other arguments in the place of those from the wire: keywords in their places, types as
 * wanted */
void pyrog_invocation_set_arg_values (PyrogInvocation *self, const PyrogValue *args);
void pyrog_invocation_set_args (PyrogInvocation *self, GVariant *args);
void pyrog_invocation_take_instance (PyrogInvocation *self, GObject *instance);
/* Whether somebody has said that the answer comes later */
gboolean pyrog_invocation_is_held (PyrogInvocation *self);
/* What went wrong, if the answer is an exception (free with g_error_free()), or NULL */
GError *pyrog_invocation_dup_error (PyrogInvocation *self);
/* What an exception says of where it comes from: what the handler gave as such or, if own is TRUE
 * or it gave none, what we know; of type as. NULL if it is to say nothing. */
GVariant *pyrog_invocation_dup_traceback (PyrogInvocation *self, gboolean own);
/* Answers with a value that is in the invocation's arena */
void pyrog_invocation_return_arena_value (PyrogInvocation *self, const PyrogValue *value);
/* Makes the answer of a call a part of that of its batch, self; FALSE: it can't be a part */
gboolean pyrog_invocation_take_member_answer (PyrogInvocation *self,
                                              PyrogInvocation *member,
                                              PyrogValue *value,
                                              GError **error);
/* The stream of a return_stream (nullable) */
PyrogItemStream *pyrog_invocation_get_stream (PyrogInvocation *self);

/* Appends the reply message: the answer or, if that can't be written, an exception that says so. It
 * must have been answered. stream_id (nullable) announces the stream under that name, shared
 * (nullable) are annotations of all replies. */
void pyrog_invocation_write_reply (PyrogInvocation *self,
                                   PyrogBuffer *out,
                                   PyrogAnnotationTable *shared,
                                   const char *stream_id,
                                   gboolean compress,
                                   gsize max_size);

/* Appends a reply that is an exception */
void pyrog_invocation_write_error (const PyrogCodec *codec,
                                   const PyrogHeader *request,
                                   const GError *error,
                                   PyrogAnnotationTable *shared,
                                   PyrogBuffer *out);

G_END_DECLS
