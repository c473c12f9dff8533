/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

/* The data types of CPython's marshal format, versions 0 to 4 */
enum
{
  MARSHAL_NULL = '0', /* the end of a dict */
  MARSHAL_NONE = 'N',
  MARSHAL_FALSE = 'F',
  MARSHAL_TRUE = 'T',
  MARSHAL_INT = 'i',
  MARSHAL_INT64 = 'I',
  MARSHAL_LONG = 'l',
  MARSHAL_FLOAT = 'f', /* as text */
  MARSHAL_BINARY_FLOAT = 'g',
  MARSHAL_COMPLEX = 'x', /* as text */
  MARSHAL_BINARY_COMPLEX = 'y',
  MARSHAL_BYTES = 's',
  MARSHAL_UNICODE = 'u',
  MARSHAL_INTERNED = 't',
  MARSHAL_ASCII = 'a',
  MARSHAL_ASCII_INTERNED = 'A',
  MARSHAL_SHORT_ASCII = 'z',
  MARSHAL_SHORT_ASCII_INTERNED = 'Z',
  MARSHAL_TUPLE = '(',
  MARSHAL_SMALL_TUPLE = ')',
  MARSHAL_LIST = '[',
  MARSHAL_DICT = '{',
  MARSHAL_SET = '<',
  MARSHAL_FROZENSET = '>',
  MARSHAL_REF = 'r',

  MARSHAL_FLAG_REF = 0x80, /* or-ed to the type: the value gets the next number for references */
};

/* What the reader notes in PyrogValue.shared, so that a value is written as it came: Python marks
 * a value that more than one variable holds, and text that is interned */
enum
{
  MARSHAL_NOTE_REF = 1 << 0,
  MARSHAL_NOTE_INTERNED = 1 << 1,
};
