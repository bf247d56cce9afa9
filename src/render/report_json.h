/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole report as one JSON document, for formats that carry it with them:
 * docs/report.schema.json.
 *
 *     r = report_json(report, &(struct render_options){0}, JSON_COMPACT, &out, err);
 *
 * No line break is put behind it. Errors: those of the buffer, ERR_NOMEM.
 */
#pragma once

#include "codec/json_writer.h"
#include "render/render.h"

int report_json(const struct report *report, const struct render_options *options,
		enum json_layout layout, struct strbuf *out, struct err *err);
