// SPDX-License-Identifier: Apache-2.0
// Answers a line of JSON, {"expr": TEXT, "bindings": {NAME: VALUE}}, with one: {"value": VALUE} or
// {"error": TEXT}. Values have the forms of src/expr/tagged_json.h, but times are [seconds, nanos].
// Works for @bufbuild/cel, which is looked for beside this file's copy (tools/cel-peer.sh).
import { createInterface } from "node:readline";
import {
  celEnv,
  celUint,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  parse,
  plan,
} from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { create } from "@bufbuild/protobuf";
import { DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";

const env = celEnv({ funcs: strings });

const readers = {
  null: () => null,
  bool: (v) => v,
  int: (v) => BigInt(v),
  uint: (v) => celUint(BigInt(v)),
  double: (v) => Number(v),
  string: (v) => v,
  bytes: (v) => new Uint8Array(Buffer.from(v, "base64")),
  list: (v) => v.map(read),
  map: (v) => new Map(v.map(([key, value]) => [read(key), read(value)])),
  timestamp: ([seconds, nanos]) => create(TimestampSchema, { seconds: BigInt(seconds), nanos }),
  duration: ([seconds, nanos]) => create(DurationSchema, { seconds: BigInt(seconds), nanos }),
};

function read(tagged) {
  const [kind] = Object.keys(tagged);
  return readers[kind](tagged[kind]);
}

function double(v) {
  return Object.is(v, -0) ? "-0" : String(v);
}

function message(v) {
  const kinds = { "google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration" };
  const kind = kinds[v.desc?.typeName];
  if (!kind) throw new Error(`a value of another kind: ${typeof v}`);
  return { [kind]: [String(v.message.seconds), v.message.nanos] };
}

function write(v) {
  if (v === null) return { null: null };
  if (typeof v === "boolean") return { bool: v };
  if (typeof v === "bigint") return { int: String(v) };
  if (typeof v === "number") return { double: double(v) };
  if (typeof v === "string") return { string: v };
  if (isCelUint(v)) return { uint: String(v.value) };
  if (v instanceof Uint8Array) return { bytes: Buffer.from(v).toString("base64") };
  if (isCelType(v)) return { type: v.name };
  if (isCelList(v)) return { list: Array.from(v, write) };
  if (isCelMap(v)) return { map: Array.from(v, ([key, value]) => [write(key), write(value)]) };
  return message(v);
}

function answer({ expr, bindings = {} }) {
  const facts = Object.fromEntries(Object.entries(bindings).map(([k, v]) => [k, read(v)]));
  const result = plan(env, parse(expr))(facts);
  return isCelError(result) ? { error: String(result.message) } : { value: write(result) };
}

for await (const line of createInterface({ input: process.stdin })) {
  let out;
  try {
    out = answer(JSON.parse(line));
  } catch (error) {
    out = { error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(out)}\n`);
}
