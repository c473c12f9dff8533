// SPDX-License-Identifier: LGPL-2.1-or-later
const int PIECE = 4096;

uint8[] contents (string name) {
  uint8[] data = {};
  switch (name) {
    case "letters":
      for (int i = 0; i < 26000; i++)
        data += (uint8) ('a' + i % 26);
      break;
    case "zeros":
      data = new uint8[5000];
      break;
  }
  return data;
}

Pyrog.ItemStream read_pieces (string name) {
  var data = new Bytes (contents (name));
  int start = 0;
  return new Pyrog.ItemStream (() => {
    if (start >= data.length)
      return null;
    var piece = data.slice (start, int.min (start + PIECE, data.length));
    start += PIECE;
    return new Variant.from_bytes (VariantType.BYTESTRING, piece, true);
  });
}

void main () {
  var files = new Pyrog.Servant ();
  files.add_method ("list", "", "as", (invocation, args) => {
    invocation.return_value (new string[] {"empty", "letters", "zeros"});
  });
  files.add_method ("size", "s name", "x", (invocation, args) => {
    invocation.return_value ((int64) contents (args.get_child_value (0).get_string ()).length);
  });
  files.add_method ("read", "s name", null, (invocation, args) => {
    invocation.return_stream (read_pieces (args.get_child_value (0).get_string ()));
  });
  Frame.serve ({"files"}, {files});
}
