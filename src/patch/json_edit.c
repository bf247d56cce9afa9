/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/json_edit.h"

#include "codec/json_copy.h"

static void write_rootfs(struct json_writer *w, const struct json *rootfs,
			 const struct config_change *c)
{
	const struct json *ids = json_get(rootfs, "diff_ids");

	json_open_map(w);
	json_put_text(w, "type", "layers");
	json_key(w, "diff_ids");
	json_open_list(w);
	for (size_t i = 0; i < c->n_kept; i++)
		json_add_str(w, json_str(json_at(ids, i)));
	for (size_t i = 0; i < c->n_diff_ids; i++)
		json_add_str(w, c->diff_ids[i]);
	json_close_list(w);
	json_close_map(w);
}

static void write_entry(struct json_writer *w, const struct config_change *c, bool is_layer)
{
	json_open_map(w);
	json_put_str(w, "created", c->created);
	json_put_str(w, "created_by", c->created_by);
	json_put_opt(w, "comment", c->comment);
	if (!is_layer)
		json_put_bool(w, "empty_layer", true);
	json_close_map(w);
}

/* What is said of a layer that went into another one says so: no layer is its own any more. */
static void write_merged(struct json_writer *w, const struct json *entry)
{
	const struct json *member;
	struct str key;
	void *iter = NULL;

	json_open_map(w);
	while (json_each(entry, &iter, &key, &member)) {
		if (str_is(key, "empty_layer"))
			continue;
		json_key_str(w, key);
		json_add_copy(w, member);
	}
	json_put_bool(w, "empty_layer", true);
	json_close_map(w);
}

static void write_history(struct json_writer *w, const struct json *history,
			  const struct config_change *c)
{
	size_t n_layers = 0;

	json_open_list(w);
	for (size_t i = 0; c->cut.history && i < c->n_kept; i++)
		write_entry(w, c, true);
	for (size_t i = 0; !c->cut.history && i < json_len(history); i++) {
		const struct json *entry = json_at(history, i);
		bool is_layer = !json_get_true(entry, "empty_layer");

		n_layers += is_layer ? 1 : 0;
		if (is_layer && n_layers > c->n_kept)
			write_merged(w, entry);
		else
			json_add_copy(w, entry);
	}
	write_entry(w, c, c->n_diff_ids > 0);
	json_close_list(w);
}

/* ---- what it runs with ---- */

static bool has_name(struct str_list names, struct str name)
{
	for (size_t i = 0; i < names.n; i++)
		if (str_eq(names.p[i], name))
			return true;
	return false;
}

static struct str name_of(struct str pair)
{
	return str_sub(pair, 0, str_find_char(pair, '='));
}

static void write_env(struct json_writer *w, const struct json *env, struct str_list left_out)
{
	json_open_list(w);
	for (size_t i = 0; i < json_len(env); i++)
		if (!has_name(left_out, name_of(json_str(json_at(env, i)))))
			json_add_copy(w, json_at(env, i));
	json_close_list(w);
}

static void write_labels(struct json_writer *w, const struct json *labels, struct str_list left_out)
{
	const struct json *member;
	struct str key;
	void *iter = NULL;

	json_open_map(w);
	while (json_each(labels, &iter, &key, &member))
		if (!has_name(left_out, key)) {
			json_key_str(w, key);
			json_add_copy(w, member);
		}
	json_close_map(w);
}

/* "config", "container_config" */
static void write_running(struct json_writer *w, const struct json *config,
			  const struct config_cut *cut)
{
	const struct json *member;
	struct str key;
	void *iter = NULL;

	json_open_map(w);
	while (json_each(config, &iter, &key, &member)) {
		json_key_str(w, key);
		if (str_is(key, "Env") && json_kind_of(member) == JSON_KIND_LIST)
			write_env(w, member, cut->env);
		else if (str_is(key, "Labels") && json_kind_of(member) == JSON_KIND_MAP)
			write_labels(w, member, cut->labels);
		else
			json_add_copy(w, member);
	}
	json_close_map(w);
}

/* ---- together ---- */

static bool is_running(struct str key, const struct json *member)
{
	return (str_is(key, "config") || str_is(key, "container_config")) &&
	       json_kind_of(member) == JSON_KIND_MAP;
}

static void write_config(struct json_writer *w, const struct json *doc,
			 const struct config_change *c)
{
	const struct json *member;
	bool has_created = false;
	struct str key;
	void *iter = NULL;

	json_open_map(w);
	while (json_each(doc, &iter, &key, &member)) {
		if (c->cut.history && str_is(key, "container_config"))
			continue;
		json_key_str(w, key);
		if (str_is(key, "rootfs"))
			write_rootfs(w, member, c);
		else if (str_is(key, "history") && json_len(member) > 0)
			write_history(w, member, c);
		else if (str_is(key, "created"))
			json_add_str(w, c->created);
		else if (is_running(key, member))
			write_running(w, member, &c->cut);
		else
			json_add_copy(w, member);
		has_created = has_created || str_is(key, "created");
	}
	if (!has_created)
		json_put_str(w, "created", c->created);
	json_close_map(w);
}

int config_extend(struct str config, const struct config_change *c, struct strbuf *out,
		  struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct json_writer w;
	int r = json_parse(config, &doc, err);

	if (r == 0 && json_len(json_get(json_get(doc, "rootfs"), "diff_ids")) < c->n_kept)
		r = err_set(err, ERR_FORMAT, "rootfs.diff_ids: fewer than %zu", c->n_kept);
	if (r < 0)
		return err_wrap(err, r, "image config");
	json_writer_init(&w, out, JSON_COMPACT);
	write_config(&w, doc, c);
	return strbuf_check(out, err);
}

static bool has_variable(const struct json *env, struct str name)
{
	for (size_t i = 0; i < json_len(env); i++)
		if (str_eq(name_of(json_str(json_at(env, i))), name))
			return true;
	return false;
}

static bool has_label(const struct json *labels, struct str name)
{
	const struct json *member;
	struct str key;
	void *iter = NULL;

	while (json_each(labels, &iter, &key, &member))
		if (str_eq(key, name))
			return true;
	return false;
}

int config_check_cut(struct str config, const struct config_cut *cut, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *running;
	int r = json_parse(config, &doc, err);

	if (r < 0)
		return err_wrap(err, r, "image config");
	running = json_get(doc, "config");
	for (size_t i = 0; i < cut->env.n; i++)
		if (!has_variable(json_get(running, "Env"), cut->env.p[i]))
			return err_set(err, ERR_NOT_FOUND, "the image has no variable %.*s",
				       STR_FMT(cut->env.p[i]));
	for (size_t i = 0; i < cut->labels.n; i++)
		if (!has_label(json_get(running, "Labels"), cut->labels.p[i]))
			return err_set(err, ERR_NOT_FOUND, "the image has no label %.*s",
				       STR_FMT(cut->labels.p[i]));
	return 0;
}
