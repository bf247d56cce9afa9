/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers one case of `plimsoll eval --jsonl`.
 *
 * A case is a JSON object: expr, and as far as wanted container, disable_check, check_only,
 * bindings (name to value), type_env (declarations: {"ident", "type"}, {"function", "overloads":
 * [{"id", "params", "result", "type_params", "instance"}]}) and needs (words; "check" asks for the
 * type, too). Values are in the form of expr/tagged_json.h. Other members are left alone.
 *
 * The answer is {"value": VALUE}, {"error": TEXT} or {"typed_result": {"value": VALUE, "type":
 * TYPE}}, there without value for check_only. An expression that fails is an answer, not a failure.
 * Errors: ERR_FORMAT for a line that is no such case.
 */
#pragma once

#include "base/strbuf.h"

int eval_case_answer(struct str line, struct strbuf *out, struct err *err);
