/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compose_merge.h"

#include "base/limits.h"
#include "base/map.h"

enum level { LEVEL_FILE, LEVEL_SERVICES, LEVEL_SERVICE, LEVEL_PAIRS };

enum how { HOW_USUAL, HOW_REPLACE, HOW_PAIRS, HOW_NAMES, HOW_TARGETS, HOW_BUILD };

static bool is_one_of(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_is(s, *words))
			return true;
	return false;
}

static enum how how_of(struct str key)
{
	static const char *const replaced[] = {"command", "entrypoint", "test", "extends", NULL};
	static const char *const pairs[] = {
		"environment", "labels",  "args",	 "annotations", "sysctls",
		"extra_hosts", "options", "storage_opt", "driver_opts", "additional_contexts",
		NULL};
	static const char *const names[] = {"depends_on", "networks", NULL};
	static const char *const targets[] = {"volumes", "devices", "secrets", "configs", NULL};

	if (is_one_of(key, replaced))
		return HOW_REPLACE;
	if (is_one_of(key, pairs))
		return HOW_PAIRS;
	if (is_one_of(key, names))
		return HOW_NAMES;
	if (is_one_of(key, targets))
		return HOW_TARGETS;
	return str_is(key, "build") ? HOW_BUILD : HOW_USUAL;
}

static bool is_nothing(const struct yaml_node *node)
{
	struct str s = yaml_str(node);

	return yaml_is_plain(node) && (s.n == 0 || str_is(s, "~") || str_is(s, "null"));
}

static bool counts(struct compose_merging *m, size_t n)
{
	m->n_nodes += n;
	m->too_many |= m->n_nodes > LIMIT_YAML_NODES;
	return !m->too_many;
}

/* Whose place a merged one has. */
static const struct yaml_node *nearer(const struct compose_merging *m, const struct yaml_node *base,
				      const struct yaml_node *over)
{
	return m->stands_as_base || yaml_source(base) < yaml_source(over) ? base : over;
}

/* What is being put together. */
struct items {
	const struct yaml_node **p;
	size_t n, cap;
};

static struct items items_make(struct compose_merging *m, size_t cap)
{
	return (struct items){.p = arena_array(m->arena, cap + 1, sizeof(struct yaml_node *)),
			      .cap = cap};
}

static void add(struct items *to, const struct yaml_node *node)
{
	if (to->p && to->n < to->cap && node)
		to->p[to->n++] = node;
}

static const struct yaml_node *finish(struct compose_merging *m, enum yaml_kind kind,
				      const struct items *items, const struct yaml_node *like)
{
	return yaml_make(m->arena, kind, items->p, items->p ? items->n : 0, like);
}

/* ---- two forms of the same ---- */

/* [A=b, C] as {A: b, C: }. */
static const struct yaml_node *as_map(struct compose_merging *m, const struct yaml_node *node,
				      bool has_values)
{
	size_t n = yaml_len(node);
	struct items items;

	if (yaml_kind_of(node) != YAML_LIST)
		return node;
	items = items_make(m, 2 * n);
	for (size_t i = 0; i < n && counts(m, 1); i++) {
		const struct yaml_node *entry = yaml_at(node, i);
		struct str name, value;

		if (yaml_kind_of(entry) != YAML_SCALAR)
			continue;
		if (!has_values || !str_cut(yaml_str(entry), '=', &name, &value)) {
			name = yaml_str(entry);
			value = STR("");
		}
		add(&items, yaml_make_scalar(m->arena, name, entry));
		add(&items, yaml_make_scalar(m->arena, value, entry));
	}
	return finish(m, YAML_MAP, &items, node);
}

/* Some keys take one text or a list of them. */
static const struct yaml_node *as_list(struct compose_merging *m, const struct yaml_node *node)
{
	struct items items;

	if (yaml_kind_of(node) != YAML_SCALAR)
		return node;
	items = items_make(m, 1);
	add(&items, node);
	return finish(m, YAML_LIST, &items, node);
}

/* build: . is build: {context: .} */
static const struct yaml_node *as_build(struct compose_merging *m, const struct yaml_node *node)
{
	struct items items;

	if (yaml_kind_of(node) != YAML_SCALAR)
		return node;
	items = items_make(m, 2);
	add(&items, yaml_make_scalar(m->arena, STR("context"), node));
	add(&items, node);
	return finish(m, YAML_MAP, &items, node);
}

/* ---- lists ---- */

/* src:dst:ro, /dev/a:/dev/b, a secret's name; or target of the long form. */
static struct str target_of(const struct yaml_node *entry)
{
	struct str text = yaml_str(entry), before, after;

	if (yaml_kind_of(entry) == YAML_MAP) {
		text = yaml_get_str(entry, "target");
		return text.n ? text : yaml_get_str(entry, "source");
	}
	if (!str_cut(text, ':', &before, &after))
		return text;
	return str_cut(after, ':', &before, &text) ? before : after;
}

/* What tells an item apart from others; empty: nothing, it is kept. */
static struct str mark_of(const struct yaml_node *entry, enum how how)
{
	return how == HOW_TARGETS ? target_of(entry) : yaml_str(entry);
}

/* Those of base that over does not repeat, then those of over. */
static const struct yaml_node *append(struct compose_merging *m, enum how how,
				      const struct yaml_node *base, const struct yaml_node *over)
{
	size_t n_base = yaml_len(base), n_over = yaml_len(over);
	struct items items = items_make(m, n_base + n_over);
	struct map marks;

	if (!counts(m, n_base + n_over))
		return base;
	map_init(&marks, SIZE_MAX);
	for (size_t i = 0; i < n_over; i++) {
		struct str mark = mark_of(yaml_at(over, i), how);

		if (mark.n && map_put(&marks, mark, &marks) < 0)
			m->arena->failed = true; /* as any other lack of memory */
	}
	for (size_t i = 0; i < n_base; i++) {
		struct str mark = mark_of(yaml_at(base, i), how);

		if (!mark.n || !map_get(&marks, mark))
			add(&items, yaml_at(base, i));
	}
	map_done(&marks);
	for (size_t i = 0; i < n_over; i++)
		add(&items, yaml_at(over, i));
	return finish(m, YAML_LIST, &items, nearer(m, base, over));
}

/* ---- maps ---- */

static const struct yaml_node *merge_map(struct compose_merging *m, enum level level,
					 const struct yaml_node *base,
					 const struct yaml_node *over);

/* NULL: it is taken away. */
static const struct yaml_node *merge_value(struct compose_merging *m, enum level level,
					   enum how how, const struct yaml_node *base,
					   const struct yaml_node *over)
{
	enum yaml_kind of_base, of_over;

	if (yaml_tag(over) == YAML_TAG_RESET)
		return NULL;
	if (!base || yaml_tag(over) == YAML_TAG_OVERRIDE || how == HOW_REPLACE)
		return over ? over : base;
	if (!over || is_nothing(over))
		return base;
	if (how == HOW_PAIRS || how == HOW_NAMES) {
		base = as_map(m, base, how == HOW_PAIRS);
		over = as_map(m, over, how == HOW_PAIRS);
	} else if (how == HOW_BUILD) {
		base = as_build(m, base);
		over = as_build(m, over);
	}
	of_base = yaml_kind_of(base);
	of_over = yaml_kind_of(over);
	if (of_base == YAML_MAP && of_over == YAML_MAP)
		return merge_map(m, how == HOW_PAIRS ? LEVEL_PAIRS : level, base, over);
	if (of_base == YAML_LIST || of_over == YAML_LIST) {
		base = as_list(m, base);
		over = as_list(m, over);
		if (yaml_kind_of(base) == YAML_LIST && yaml_kind_of(over) == YAML_LIST)
			return append(m, how, base, over);
	}
	return over;
}

/* At level of its keys: files have services, services have keys that are merged in their ways. */
static const struct yaml_node *merge_entry(struct compose_merging *m, enum level level,
					   struct str key, const struct yaml_node *base,
					   const struct yaml_node *over)
{
	if (level == LEVEL_FILE)
		return merge_value(m, str_is(key, "services") ? LEVEL_SERVICES : LEVEL_SERVICE,
				   HOW_USUAL, base, over);
	if (level == LEVEL_SERVICES)
		return merge_value(m, LEVEL_SERVICE, HOW_USUAL, base, over);
	/* A variable without a value is that of whoever runs it, not that of the base. */
	if (level == LEVEL_PAIRS)
		return merge_value(m, level, HOW_REPLACE, base, over);
	return merge_value(m, LEVEL_SERVICE, how_of(key), base, over);
}

static void add_entry(struct compose_merging *m, struct items *items, enum level level,
		      const struct yaml_node *key, const struct yaml_node *base,
		      const struct yaml_node *over)
{
	const struct yaml_node *value = merge_entry(m, level, yaml_str(key), base, over);

	if (!value)
		return;
	add(items, key);
	add(items, value);
}

/* Their depth is that of the YAML: yaml_depth. */
static const struct yaml_node *merge_map(struct compose_merging *m, enum level level,
					 const struct yaml_node *base, const struct yaml_node *over)
{
	struct items items = items_make(m, 2 * (yaml_len(base) + yaml_len(over)));
	const struct yaml_node *key, *value;
	struct map of_base, of_over;

	if (!counts(m, yaml_len(base) + yaml_len(over)))
		return base;
	map_init(&of_base, SIZE_MAX);
	map_init(&of_over, SIZE_MAX);
	for (size_t i = 0; yaml_entry(over, i, &key, &value); i++)
		if (map_put(&of_over, yaml_str(key), (void *)(uintptr_t)value) < 0)
			m->arena->failed = true; /* as any other lack of memory */
	for (size_t i = 0; yaml_entry(base, i, &key, &value); i++) {
		if (map_put(&of_base, yaml_str(key), (void *)(uintptr_t)value) < 0)
			m->arena->failed = true;
		add_entry(m, &items, level, key, value, map_get(&of_over, yaml_str(key)));
	}
	for (size_t i = 0; yaml_entry(over, i, &key, &value); i++)
		if (!map_get(&of_base, yaml_str(key)))
			add_entry(m, &items, level, key, NULL, value);
	map_done(&of_base);
	map_done(&of_over);
	return finish(m, YAML_MAP, &items, nearer(m, base, over));
}

const struct yaml_node *compose_merge(struct compose_merging *m, const struct yaml_node *base,
				      const struct yaml_node *over)
{
	if (yaml_kind_of(base) != YAML_MAP)
		return over;
	return yaml_kind_of(over) == YAML_MAP ? merge_map(m, LEVEL_FILE, base, over) : base;
}

const struct yaml_node *compose_merge_service(struct compose_merging *m,
					      const struct yaml_node *base,
					      const struct yaml_node *over)
{
	if (yaml_kind_of(base) != YAML_MAP || yaml_kind_of(over) != YAML_MAP)
		return over;
	return merge_map(m, LEVEL_SERVICE, base, over);
}
