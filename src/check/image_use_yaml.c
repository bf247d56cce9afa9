/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "check/image_use.h"
#include "check/language.h"
#include "check/source_lines.h"
#include "codec/yaml.h"

struct search {
	struct source_lines lines;
	struct map found;   /* address of a scalar -> its place in uses, from 1 */
	struct map walked;  /* address of a collection: looked through for images */
	struct map visited; /* and for other uses of an anchor */
	struct arena *arena;
	struct vec *uses;
	struct err *err;
};

/* ---- nodes, each once however many aliases lead to it ---- */

static struct str address(const struct yaml_node *const *node)
{
	return str_make(node, sizeof *node);
}

static bool is_in(const struct map *m, const struct yaml_node *node)
{
	return map_get(m, address(&node)) != NULL;
}

/* Keys of a map are borrowed, so the address is kept in the arena. */
static int put(struct search *s, struct map *m, const struct yaml_node *node, size_t value)
{
	struct str key = arena_str(s->arena, address(&node));

	return !key.p || map_put(m, key, (void *)value) < 0 ? err_nomem(s->err) : 0;
}

/* Whether a collection comes up for the first time; other nodes never do. */
static int is_new(struct search *s, struct map *m, const struct yaml_node *node, unsigned depth)
{
	enum yaml_kind kind = yaml_kind_of(node);
	int r;

	/* An anchor is met before its aliases, so no way is longer than the nesting of the file. */
	if ((kind != YAML_LIST && kind != YAML_MAP) || depth > LIMIT_YAML_DEPTH || is_in(m, node))
		return 0;
	r = put(s, m, node, 1);
	return r < 0 ? r : 1;
}

/* ---- a use ---- */

/* The mark at the start of a file is none of its columns. */
static uint32_t offset(const struct search *s, uint32_t line, uint32_t column)
{
	bool has_mark = str_has_prefix(s->lines.text, STR("\xef\xbb\xbf"));

	return (uint32_t)source_offset(&s->lines, line, column + (line == 1 && has_mark));
}

/*
 * From the end of the node, for an anchor or a tag stands before it: "&web nginx:1". Bytes that are
 * not the text are told from it afterwards.
 */
static void find_bytes(const struct search *s, const struct yaml_node *node, struct image_use *use)
{
	struct yaml_place p = yaml_place(node);
	size_t n = use->text.n + (yaml_is_plain(node) ? 0 : 2);

	use->from = offset(s, p.line, p.column);
	use->to = offset(s, p.end_line, p.end_column);
	use->end = use->to;
	use->start = use->end >= n ? use->end - (uint32_t)n : 0;
}

/* ${NAME:-IMAGE} and ${NAME-IMAGE} of Compose: the image is the default. */
static bool has_default(struct str text, struct str *ret)
{
	struct str name;

	if (!str_pull_prefix(&text, STR("${")) || !str_has_suffix(text, STR("}")))
		return false;
	text.n--;
	if (!str_cut(text, '-', &name, ret))
		return false;
	if (str_has_suffix(name, STR(":")))
		name.n--;
	return name.n && str_find_char(*ret, '$') == ret->n && str_find_char(name, '?') == name.n;
}

static void use_variable(struct image_use *use)
{
	struct str text = use->text, image;

	if (has_default(text, &image)) {
		use->end -= 1;
		use->start = use->end - (uint32_t)image.n;
		use->text = image;
		return;
	}
	use->unknown = true;
	use->obstacle = STR("a variable or template says which image it is: pin it where that is "
			    "set, or write the image as ${NAME:-IMAGE} in a Compose file");
}

static bool has_variable(struct str text)
{
	return str_find_char(text, '$') < text.n || str_find(text, STR("{{")) < text.n;
}

static int add(struct search *s, const struct yaml_node *node, struct str where)
{
	struct image_use use = {.text = yaml_str(node), .where = where, .line = yaml_line(node)};
	struct image_use *kept;

	if (!use.text.n || is_in(&s->found, node))
		return 0;
	/* The node lives no longer than the file that is read here. */
	use.text = arena_str(s->arena, use.text);
	find_bytes(s, node, &use);
	image_use_settle(&use, s->lines.text);
	if (!use.obstacle.n && has_variable(use.text))
		use_variable(&use);
	kept = vec_push(s->uses);
	if (!kept)
		return err_set(s->err, ERR_LIMIT, "more than image_uses (%d)",
			       (int)LIMIT_IMAGE_USES);
	*kept = use;
	return put(s, &s->found, node, s->uses->n);
}

/* ---- anchors that other keys use too ---- */

static bool is_image_key(struct str key)
{
	return str_is(key, "image") || str_is(key, "reference") || str_is(key, "source") ||
	       str_has_prefix(key, STR("x-"));
}

static int find_shared(struct search *s, const struct yaml_node *node, unsigned depth);

static int find_shared_at(struct search *s, struct str key, const struct yaml_node *value,
			  unsigned depth)
{
	size_t i = (size_t)map_get(&s->found, address(&value));
	struct image_use *use = i && !is_image_key(key) ? vec_at(s->uses, i - 1) : NULL;

	if (use)
		use->obstacle = STR("an alias makes it something else too: give the image an "
				    "anchor of its own");
	return find_shared(s, value, depth + 1);
}

/* What stands below x- keys at the top of a Compose file means nothing by itself. */
static int find_shared(struct search *s, const struct yaml_node *node, unsigned depth)
{
	const struct yaml_node *key, *value;
	int r = is_new(s, &s->visited, node, depth);

	if (r <= 0)
		return r;
	r = 0;
	for (size_t i = 0; r == 0 && yaml_at(node, i); i++)
		r = find_shared_at(s, STR_NULL, yaml_at(node, i), depth);
	for (size_t i = 0; r == 0 && yaml_entry(node, i, &key, &value); i++)
		if (depth > 0 || !str_has_prefix(yaml_str(key), STR("x-")))
			r = find_shared_at(s, yaml_str(key), value, depth);
	return r;
}

/* ---- Compose ---- */

/* The image of a service that is built is what it will be called. */
static int add_service(struct search *s, struct str name, const struct yaml_node *service)
{
	const struct yaml_node *volumes = yaml_get(service, "volumes");
	struct str where = arena_strf(s->arena, "service %.*s", STR_FMT(name));
	int r = yaml_get(service, "build") ? 0 : add(s, yaml_get(service, "image"), where);

	for (size_t i = 0; r == 0 && i < yaml_len(volumes); i++)
		if (str_is(yaml_get_str(yaml_at(volumes, i), "type"), "image"))
			r = add(s, yaml_get(yaml_at(volumes, i), "source"), where);
	return r;
}

static int add_services(struct search *s, const struct yaml_node *root)
{
	const struct yaml_node *services = yaml_get(root, "services"), *key, *value;
	int r = 0;

	for (size_t i = 0; r == 0 && yaml_entry(services, i, &key, &value); i++)
		r = add_service(s, yaml_str(key), value);
	return r;
}

/* ---- Kubernetes ---- */

static bool is_containers(struct str key)
{
	return str_is(key, "containers") || str_is(key, "initContainers") ||
	       str_is(key, "ephemeralContainers");
}

static int add_containers(struct search *s, const struct yaml_node *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < yaml_len(list); i++) {
		const struct yaml_node *c = yaml_at(list, i);
		struct str name = yaml_get_str(c, "name");

		r = add(s, yaml_get(c, "image"),
			arena_strf(s->arena, "container %.*s", STR_FMT(name)));
	}
	return r;
}

/* image: {reference: IMAGE} of a volume. */
static int add_volumes(struct search *s, const struct yaml_node *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < yaml_len(list); i++)
		r = add(s, yaml_get(yaml_get(yaml_at(list, i), "image"), "reference"),
			STR("volume"));
	return r;
}

/* Pods are known by their lists of containers, for objects of any kind may have some. */
static int add_pods(struct search *s, const struct yaml_node *node, unsigned depth)
{
	const struct yaml_node *key, *value;
	int r = is_new(s, &s->walked, node, depth);

	if (r <= 0)
		return r;
	r = 0;
	for (size_t i = 0; r == 0 && yaml_at(node, i); i++)
		r = add_pods(s, yaml_at(node, i), depth + 1);
	for (size_t i = 0; r == 0 && yaml_entry(node, i, &key, &value); i++) {
		if (is_containers(yaml_str(key)))
			r = add_containers(s, value);
		else if (str_is(yaml_str(key), "volumes"))
			r = add_volumes(s, value);
		if (r == 0)
			r = add_pods(s, value, depth + 1);
	}
	return r;
}

static int add_object(struct search *s, const struct yaml_node *root)
{
	bool is_object = yaml_get(root, "apiVersion") && yaml_get(root, "kind");

	return is_object || yaml_kind_of(root) == YAML_LIST ? add_pods(s, root, 0) : 0;
}

/* ---- both ---- */

static int search(struct search *s, const struct yaml_file *file, struct str bytes,
		  int (*root)(struct search *s, const struct yaml_node *root))
{
	int r = source_lines_make(bytes, s->arena, &s->lines, s->err);

	for (size_t i = 0; r == 0 && i < yaml_n_documents(file); i++)
		r = root(s, yaml_document(file, i));
	for (size_t i = 0; r == 0 && i < yaml_n_documents(file); i++)
		if (str_find_char(bytes, '*') < bytes.n)
			r = find_shared(s, yaml_document(file, i), 0);
	return r;
}

static int find(const struct source_file *f, struct arena *a, struct vec *uses,
		int (*root)(struct search *s, const struct yaml_node *root), struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct search s = {.arena = a, .uses = uses, .err = err};
	int r = yaml_parse(f->bytes, &file, err);

	map_init(&s.found, LIMIT_IMAGE_USES);
	map_init(&s.walked, LIMIT_YAML_NODES);
	map_init(&s.visited, LIMIT_YAML_NODES);
	if (r == 0)
		r = search(&s, file, f->bytes, root);
	map_done(&s.found);
	map_done(&s.walked);
	map_done(&s.visited);
	return r;
}

int image_uses_compose(const struct source_file *f, struct arena *a, struct vec *uses,
		       struct err *err)
{
	return find(f, a, uses, add_services, err);
}

int image_uses_kubernetes(const struct source_file *f, struct arena *a, struct vec *uses,
			  struct err *err)
{
	return find(f, a, uses, add_object, err);
}
