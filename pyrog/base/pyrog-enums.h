/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

/**
 * PyrogSerializer:
 * @PYROG_SERIALIZER_SERPENT: Python literals as text, Pyro5's default
 * @PYROG_SERIALIZER_MARSHAL: Python's marshal format, version 4
 * @PYROG_SERIALIZER_JSON: JSON as Python writes it
 * @PYROG_SERIALIZER_MSGPACK: MessagePack with Pyro5's extension types
 *
 * The formats in which values travel. The numbers are the serializer ids of the Pyro5 protocol.
 */
typedef enum
{
  PYROG_SERIALIZER_SERPENT = 1,
  PYROG_SERIALIZER_MARSHAL = 2,
  PYROG_SERIALIZER_JSON = 3,
  PYROG_SERIALIZER_MSGPACK = 4,
} PyrogSerializer;

/**
 * PyrogServerType:
 * @PYROG_SERVER_TYPE_MULTIPLEX: everything runs in the main context the daemon was started in
 * @PYROG_SERVER_TYPE_THREAD: a pool of worker threads runs the methods; for servants that are
 *   thread-safe, in C, Vala and Python, but not in JavaScript, which has one thread
 *
 * Where a daemon runs the methods of its objects.
 */
typedef enum
{
  PYROG_SERVER_TYPE_MULTIPLEX,
  PYROG_SERVER_TYPE_THREAD,
} PyrogServerType;

/**
 * PyrogAccess:
 * @PYROG_ACCESS_READ: the attribute can be read
 * @PYROG_ACCESS_WRITE: the attribute can be written
 * @PYROG_ACCESS_READWRITE: both
 *
 * What a peer may do with an attribute.
 */
typedef enum /*< flags >*/
{
  PYROG_ACCESS_READ = 1 << 0,
  PYROG_ACCESS_WRITE = 1 << 1,
  PYROG_ACCESS_READWRITE = PYROG_ACCESS_READ | PYROG_ACCESS_WRITE,
} PyrogAccess;

/**
 * PyrogInstanceMode:
 * @PYROG_INSTANCE_MODE_SESSION: one instance for each connection, which ends with it
 * @PYROG_INSTANCE_MODE_SINGLE: one instance for the daemon
 * @PYROG_INSTANCE_MODE_PERCALL: a new instance for each call
 *
 * Which calls share an instance of a registered factory or type.
 *
 * Since: 1.0
 */
typedef enum
{
  PYROG_INSTANCE_MODE_SESSION,
  PYROG_INSTANCE_MODE_SINGLE,
  PYROG_INSTANCE_MODE_PERCALL,
} PyrogInstanceMode;

/**
 * PyrogRegisterFlags:
 * @PYROG_REGISTER_NONE: an id is given once, and a servant has one id
 * @PYROG_REGISTER_FORCE: takes the id from whatever has it, and gives a servant one more
 * @PYROG_REGISTER_WEAK: the daemon does not keep the servant alive: when the program drops it, it
 *   is not registered any more
 *
 * How an object is registered.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  PYROG_REGISTER_NONE = 0,
  PYROG_REGISTER_FORCE = 1 << 0,
  PYROG_REGISTER_WEAK = 1 << 1,
} PyrogRegisterFlags;

/**
 * PyrogOperation:
 * @PYROG_OPERATION_CALL: a method is called
 * @PYROG_OPERATION_GET: an attribute is read
 * @PYROG_OPERATION_SET: an attribute is written
 *
 * What a peer wants to do with a member of an object.
 */
typedef enum
{
  PYROG_OPERATION_CALL,
  PYROG_OPERATION_GET,
  PYROG_OPERATION_SET,
} PyrogOperation;

/**
 * PyrogExecution:
 * @PYROG_EXECUTION_NOT_SENT: the request certainly never reached the peer; sending it again is safe
 * @PYROG_EXECUTION_MAYBE: at least one byte of the request left; the peer may have executed it
 * @PYROG_EXECUTION_ANSWERED: the peer answered
 *
 * How far a call got.
 */
typedef enum
{
  PYROG_EXECUTION_NOT_SENT,
  PYROG_EXECUTION_MAYBE,
  PYROG_EXECUTION_ANSWERED,
} PyrogExecution;

G_END_DECLS
