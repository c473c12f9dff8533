# SPDX-License-Identifier: LGPL-2.1-or-later
# What pyrog-bench serves, for Cap'n Proto

@0xd5a3f0c1b2e49687;

struct Item {
  id @0 :Int64;
  name @1 :Text;
  value @2 :Float64;
}

interface Calls {
  add @0 (a :Int64, b :Int64) -> (sum :Int64);
  echoBlob @1 (data :Data) -> (data :Data);
  echoList @2 (values :List(Int64)) -> (values :List(Int64));
  echoItems @3 (items :List(Item)) -> (items :List(Item));
}
