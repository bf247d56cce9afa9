/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/yaml_json.h"

#include "base/limits.h"
#include "codec/json_writer.h"
#include "codec/yaml.h"

static bool is_null(const struct yaml_node *node)
{
	struct str s = yaml_str(node);

	return yaml_is_plain(node) &&
	       (s.n == 0 || str_is(s, "~") || str_is(s, "null") || str_is(s, "Null"));
}

/* Depth is that of the YAML, which its parser limits; aliases end with the room of the buffer. */
static void add_node(struct json_writer *w, const struct yaml_node *node, int depth)
{
	bool is_map = yaml_kind_of(node) == YAML_MAP;
	const struct yaml_node *key, *value;

	if (depth > LIMIT_YAML_DEPTH || yaml_kind_of(node) == YAML_ABSENT || is_null(node)) {
		json_add_null(w);
		return;
	}
	if (yaml_kind_of(node) == YAML_SCALAR) {
		json_add_str(w, yaml_str(node));
		return;
	}
	if (is_map)
		json_open_map(w);
	else
		json_open_list(w);
	for (size_t i = 0; i < yaml_len(node) && w->out->error == ERR_OK; i++) {
		value = yaml_at(node, i);
		if (is_map && yaml_entry(node, i, &key, &value))
			json_key_str(w, yaml_str(key));
		add_node(w, value, depth + 1);
	}
	if (is_map)
		json_close_map(w);
	else
		json_close_list(w);
}

int yaml_as_json(struct str yaml, struct strbuf *json, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct json_writer w;
	int r = yaml_parse(yaml, &file, err);

	if (r < 0)
		return r;
	json_writer_init(&w, json, JSON_COMPACT);
	add_node(&w, yaml_document(file, 0), 0);
	if (strbuf_check(json, NULL) == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT,
			       "more than %zu bytes once its aliases are written out", json->max);
	return strbuf_check(json, err);
}

int yaml_read_json(const struct feed_file *file, struct json **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf yaml = STRBUF_INIT(LIMIT_YAML_BYTES);
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(LIMIT_JSON_BYTES);
	int r = feed_read_all(file, &yaml, err);

	if (r == 0)
		r = yaml_as_json(strbuf_str(&yaml), &json, err);
	return r < 0 ? r : json_parse(strbuf_str(&json), ret, err);
}
