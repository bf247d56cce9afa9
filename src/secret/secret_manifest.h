/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of a Secret of Kubernetes round the place where its kind is told:
 *
 *     kind: Secret                        {"kind": "Secret",
 *     data: {key: base64}                  "data": {"key": "base64"},
 *     stringData: {key: text}              "stringData": {"key": "text"}}
 *
 * In any order, in lists and between other documents, also where templates or errors keep a parser
 * from reading the whole. What is no secret in it is left out: names of users, certificates, what
 * is empty, encrypted (SOPS) or filled in later.
 *
 * Limits: SECRET_MANIFEST_REACH bytes before and behind the place. Threads: no state.
 */
#pragma once

#include "base/str.h"

#define SECRET_MANIFEST_REACH 65536

/* False: enough. */
typedef bool (*secret_manifest_on_value)(void *context, struct str key, struct str value,
					 double confidence);

/* at: of "kind" in the text; from: nothing before it is looked at. Returns where the Secret ends.
 */
size_t secret_manifest_each(struct str text, size_t from, size_t at,
			    secret_manifest_on_value on_value, void *context);
