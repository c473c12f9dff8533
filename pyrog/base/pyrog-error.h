/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

#include "pyrog-enums.h"
#include "pyrog-outcome.h"

G_BEGIN_DECLS

/**
 * PYROG_ERROR:
 *
 * The error domain of pyrog. Its codes are those of [error@Error].
 */
#define PYROG_ERROR (pyrog_error_quark ())

/**
 * PyrogError:
 * @PYROG_ERROR_FAILED: Pyro5's `PyroError`: something else went wrong
 * @PYROG_ERROR_COMMUNICATION: the network or the peer failed
 * @PYROG_ERROR_CONNECTION_CLOSED: the connection was lost
 * @PYROG_ERROR_TIMEOUT: the deadline of an operation passed
 * @PYROG_ERROR_PROTOCOL: a peer does not follow the protocol
 * @PYROG_ERROR_MESSAGE_TOO_LARGE: a message is above a limit
 * @PYROG_ERROR_SERIALIZE: a value can't be written or read
 * @PYROG_ERROR_NAMING: a name is unknown or taken
 * @PYROG_ERROR_DAEMON: an object is unknown to a daemon or registered twice
 * @PYROG_ERROR_SECURITY: something was refused
 * @PYROG_ERROR_INVALID_URI: a text is not a uri
 * @PYROG_ERROR_INVALID_CONFIG: a configuration item has a wrong name or value
 * @PYROG_ERROR_REMOTE: a remote exception that has no code of its own
 * @PYROG_ERROR_VALUE_ERROR: Python's `ValueError`
 * @PYROG_ERROR_TYPE_ERROR: Python's `TypeError`
 * @PYROG_ERROR_ATTRIBUTE_ERROR: Python's `AttributeError`: no such method or attribute
 * @PYROG_ERROR_KEY_ERROR: Python's `KeyError`
 * @PYROG_ERROR_INDEX_ERROR: Python's `IndexError`
 * @PYROG_ERROR_LOOKUP_ERROR: Python's `LookupError`
 * @PYROG_ERROR_ARITHMETIC_ERROR: Python's `ArithmeticError`
 * @PYROG_ERROR_ZERO_DIVISION_ERROR: Python's `ZeroDivisionError`
 * @PYROG_ERROR_OVERFLOW_ERROR: Python's `OverflowError`
 * @PYROG_ERROR_RUNTIME_ERROR: Python's `RuntimeError`
 * @PYROG_ERROR_NOT_IMPLEMENTED_ERROR: Python's `NotImplementedError`
 * @PYROG_ERROR_OS_ERROR: Python's `OSError`
 * @PYROG_ERROR_PERMISSION_ERROR: Python's `PermissionError`
 * @PYROG_ERROR_FILE_NOT_FOUND_ERROR: Python's `FileNotFoundError`
 * @PYROG_ERROR_TIMEOUT_ERROR: Python's own `TimeoutError`
 * @PYROG_ERROR_EOF_ERROR: Python's `EOFError`
 * @PYROG_ERROR_ASSERTION_ERROR: Python's `AssertionError`
 * @PYROG_ERROR_UNICODE_ERROR: Python's `UnicodeError`
 * @PYROG_ERROR_STOP_ITERATION: Python's `StopIteration`: an item stream has no more items
 * @PYROG_ERROR_BUFFER_ERROR: Python's `BufferError`
 * @PYROG_ERROR_CONNECTION_ERROR: Python's `ConnectionError`
 * @PYROG_ERROR_EXCEPTION: Python's `Exception`
 *
 * What can go wrong. The first codes are Pyro5's tree of exceptions, the last ones those of
 * Python's builtin exceptions that programs meet most often. See
 * [func@error_is_communication] for the branch of the tree that means "the peer is gone".
 *
 * Since: 1.0
 */
typedef enum
{
  PYROG_ERROR_FAILED,
  PYROG_ERROR_COMMUNICATION,
  PYROG_ERROR_CONNECTION_CLOSED,
  PYROG_ERROR_TIMEOUT,
  PYROG_ERROR_PROTOCOL,
  PYROG_ERROR_MESSAGE_TOO_LARGE,
  PYROG_ERROR_SERIALIZE,
  PYROG_ERROR_NAMING,
  PYROG_ERROR_DAEMON,
  PYROG_ERROR_SECURITY,
  PYROG_ERROR_INVALID_URI,
  PYROG_ERROR_INVALID_CONFIG,
  PYROG_ERROR_REMOTE,
  PYROG_ERROR_VALUE_ERROR,
  PYROG_ERROR_TYPE_ERROR,
  PYROG_ERROR_ATTRIBUTE_ERROR,
  PYROG_ERROR_KEY_ERROR,
  PYROG_ERROR_INDEX_ERROR,
  PYROG_ERROR_LOOKUP_ERROR,
  PYROG_ERROR_ARITHMETIC_ERROR,
  PYROG_ERROR_ZERO_DIVISION_ERROR,
  PYROG_ERROR_OVERFLOW_ERROR,
  PYROG_ERROR_RUNTIME_ERROR,
  PYROG_ERROR_NOT_IMPLEMENTED_ERROR,
  PYROG_ERROR_OS_ERROR,
  PYROG_ERROR_PERMISSION_ERROR,
  PYROG_ERROR_FILE_NOT_FOUND_ERROR,
  PYROG_ERROR_TIMEOUT_ERROR,
  PYROG_ERROR_EOF_ERROR,
  PYROG_ERROR_ASSERTION_ERROR,
  PYROG_ERROR_UNICODE_ERROR,
  PYROG_ERROR_STOP_ITERATION,
  PYROG_ERROR_BUFFER_ERROR,
  PYROG_ERROR_CONNECTION_ERROR,
  PYROG_ERROR_EXCEPTION,
} PyrogError;

PYROG_AVAILABLE_IN_ALL
GQuark pyrog_error_quark (void);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_error_is_communication (const GError *error);
PYROG_AVAILABLE_IN_ALL
PyrogOutcome *pyrog_error_get_outcome (const GError *error);
PYROG_AVAILABLE_IN_ALL
PyrogExecution pyrog_error_get_execution (const GError *error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_error_register (GQuark domain, int code, const char *remote_class);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_error_unregister (GQuark domain, int code);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_error_to_class (GQuark domain, int code);

G_END_DECLS
