/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json_copy.h"

#include <math.h>

static void copy_real(struct json_writer *w, const struct json *v)
{
	char text[64];
	double d = 0;

	(void)json_number(v, &d); /* its kind says that it is one */
	(void)snprintf(text, sizeof text, "%.17g", d);
	json_add_raw(w, str_of(isfinite(d) ? text : "null"));
}

static void copy_members(struct json_writer *w, const struct json *v)
{
	const struct json *member;
	struct str key;
	void *iter = NULL;

	json_open_map(w);
	while (json_each(v, &iter, &key, &member)) {
		json_key_str(w, key);
		json_add_copy(w, member);
	}
	json_close_map(w);
}

static void copy_list(struct json_writer *w, const struct json *v)
{
	json_open_list(w);
	for (size_t i = 0; i < json_len(v); i++)
		json_add_copy(w, json_at(v, i));
	json_close_list(w);
}

void json_add_copy(struct json_writer *w, const struct json *v)
{
	int64_t n = 0;

	switch (json_kind_of(v)) {
	case JSON_KIND_ABSENT:
	case JSON_KIND_NULL:
		json_add_null(w);
		break;
	case JSON_KIND_BOOL:
		json_add_bool(w, json_truth(v));
		break;
	case JSON_KIND_INT:
		(void)json_int(v, &n); /* its kind says that it is one */
		json_add_int(w, n);
		break;
	case JSON_KIND_REAL:
		copy_real(w, v);
		break;
	case JSON_KIND_TEXT:
		json_add_str(w, json_str(v));
		break;
	case JSON_KIND_LIST:
		copy_list(w, v);
		break;
	case JSON_KIND_MAP:
		copy_members(w, v);
		break;
	}
}
