/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/registries_d.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/vec.h"
#include "codec/yaml.h"

enum toggle { TOGGLE_UNSET, TOGGLE_OFF, TOGGLE_ON };

struct section {
	struct str scope; /* empty: default-docker */
	struct str read, write;
	enum toggle attachments;
};

struct registries_d {
	struct arena arena;
	struct vec sections; /* struct section */
};

int registries_d_new(struct registries_d **ret, struct err *err)
{
	struct registries_d *d = calloc(1, sizeof *d);

	if (!d)
		return err_nomem(err);
	arena_init(&d->arena, LIMIT_ARENA_BYTES);
	d->sections = (struct vec)VEC_INIT(struct section, LIMIT_CONTAINERS_POLICY_SCOPES);
	*ret = d;
	return 0;
}

void registries_d_free(struct registries_d *d)
{
	if (!d)
		return;
	vec_done(&d->sections);
	arena_done(&d->arena);
	free(d);
}

void registries_d_freep(struct registries_d **d)
{
	registries_d_free(*d);
	*d = NULL;
}

/* ---- reading ---- */

static int refuse(const char *name, const struct yaml_node *at, struct err *err, const char *what,
		  struct str key)
{
	return err_set(err, ERR_FORMAT, "%s: line %zu: %s \"%.*s\"", name, yaml_line(at), what,
		       STR_FMT(key));
}

static bool is_url(struct str s)
{
	static const char *const schemes[] = {"file:///", "https://", "http://"};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (str_has_prefix(s, str_of(schemes[i])))
			return s.n > strlen(schemes[i]) && str_find_char(s, '?') == s.n &&
			       str_find_char(s, '#') == s.n;
	return false;
}

static int take_url(struct registries_d *d, const char *name, const struct yaml_node *value,
		    struct str *ret, struct err *err)
{
	struct str text = yaml_str(value);

	if (yaml_kind_of(value) == YAML_SCALAR && text.n == 0)
		return 0; /* as if it were not there */
	if (yaml_kind_of(value) != YAML_SCALAR || !is_url(text))
		return refuse(name, value, err,
			      "expected a file:///, https:// or http:// address, not", text);
	*ret = arena_str(&d->arena, text);
	return ret->p ? 0 : err_nomem(err);
}

static int take_toggle(const char *name, const struct yaml_node *value, enum toggle *ret,
		       struct err *err)
{
	struct str text = yaml_str(value);

	if (yaml_is_plain(value) && str_is(text, "true"))
		*ret = TOGGLE_ON;
	else if (yaml_is_plain(value) && str_is(text, "false"))
		*ret = TOGGLE_OFF;
	else
		return refuse(name, value, err, "expected true or false, not", text);
	return 0;
}

/* A new name and its old one are both there: the new one counts. */
static int take_setting(struct registries_d *d, const char *name, struct section *old,
			struct section *new, const struct yaml_node *key,
			const struct yaml_node *value, struct err *err)
{
	struct str k = yaml_str(key);

	if (str_is(k, "lookaside"))
		return take_url(d, name, value, &new->read, err);
	if (str_is(k, "lookaside-staging"))
		return take_url(d, name, value, &new->write, err);
	if (str_is(k, "sigstore"))
		return take_url(d, name, value, &old->read, err);
	if (str_is(k, "sigstore-staging"))
		return take_url(d, name, value, &old->write, err);
	if (str_is(k, "use-sigstore-attachments"))
		return take_toggle(name, value, &new->attachments, err);
	if (str_is(k, "use-cosign-attachments"))
		return take_toggle(name, value, &old->attachments, err);
	return refuse(name, key, err, "is not known here:", k);
}

static int check_new(const struct registries_d *d, const char *name, struct str scope,
		     const struct yaml_node *at, struct err *err)
{
	for (size_t i = 0; i < d->sections.n; i++) {
		const struct section *s = vec_at(&d->sections, i);

		if (str_eq(s->scope, scope))
			return refuse(name, at, err, "another file too is about",
				      scope.n ? scope : STR("default-docker"));
	}
	return 0;
}

static int take_section(struct registries_d *d, const char *name, struct str scope,
			const struct yaml_node *map, struct err *err)
{
	const struct yaml_node *key, *value;
	struct section old = {0}, new = {0}, *slot;
	int r = check_new(d, name, scope, map, err);

	if (r < 0)
		return r;
	if (yaml_kind_of(map) != YAML_MAP && yaml_str(map).n)
		return refuse(name, map, err, "expected settings, not", yaml_str(map));
	if (yaml_kind_of(map) == YAML_LIST)
		return refuse(name, map, err, "expected settings, not", STR("a list"));
	for (size_t i = 0; r == 0 && yaml_entry(map, i, &key, &value); i++)
		r = take_setting(d, name, &old, &new, key, value, err);
	if (r < 0)
		return r;
	slot = vec_push(&d->sections);
	if (!slot)
		return d->sections.n < d->sections.max
			       ? err_nomem(err)
			       : err_set(err, ERR_LIMIT,
					 "%s: more than %d scopes (limit containers_policy_scopes)",
					 name, LIMIT_CONTAINERS_POLICY_SCOPES);
	*slot = (struct section){
		.scope = arena_str(&d->arena, scope),
		.read = new.read.n ? new.read : old.read,
		.write = new.write.n ? new.write : old.write,
		.attachments = new.attachments ? new.attachments : old.attachments,
	};
	return slot->scope.p ? 0 : err_nomem(err);
}

static int take_docker(struct registries_d *d, const char *name, const struct yaml_node *map,
		       struct err *err)
{
	const struct yaml_node *key, *value;
	int r = 0;

	if (yaml_kind_of(map) == YAML_LIST || (yaml_kind_of(map) == YAML_SCALAR && yaml_str(map).n))
		return refuse(name, map, err, "expected scopes, not", yaml_str(map));
	for (size_t i = 0; r == 0 && yaml_entry(map, i, &key, &value); i++)
		r = yaml_str(key).n ? take_section(d, name, yaml_str(key), value, err)
				    : refuse(name, key, err, "is no scope:", STR(""));
	return r;
}

static int take_document(struct registries_d *d, const char *name, const struct yaml_node *doc,
			 struct err *err)
{
	const struct yaml_node *key, *value;
	int r = 0;

	if (yaml_kind_of(doc) == YAML_SCALAR && yaml_str(doc).n == 0)
		return 0; /* all of it is comment */
	if (yaml_kind_of(doc) != YAML_MAP)
		return refuse(name, doc, err, "expected default-docker and docker, not",
			      yaml_str(doc));
	for (size_t i = 0; r == 0 && yaml_entry(doc, i, &key, &value); i++) {
		if (str_is(yaml_str(key), "default-docker"))
			r = take_section(d, name, STR(""), value, err);
		else if (str_is(yaml_str(key), "docker"))
			r = take_docker(d, name, value, err);
		else
			r = refuse(name, key, err, "is not known here:", yaml_str(key));
	}
	return r;
}

int registries_d_add(struct registries_d *d, const char *name, struct str bytes, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	int r;

	if (bytes.n > LIMIT_CONTAINERS_POLICY_BYTES)
		return err_set(err, ERR_LIMIT,
			       "%s: has more than %d bytes (limit containers_policy_bytes)", name,
			       LIMIT_CONTAINERS_POLICY_BYTES);
	r = yaml_parse(bytes, &file, err);
	if (r < 0)
		return err_wrap(err, r, "%s", name);
	if (yaml_n_documents(file) > 1)
		return err_set(err, ERR_FORMAT, "%s: holds more than one document", name);
	return yaml_n_documents(file) ? take_document(d, name, yaml_document(file, 0), err) : 0;
}

/* ---- finding ---- */

static const struct section *find(const struct registries_d *d, struct str scope)
{
	for (size_t i = 0; i < d->sections.n; i++) {
		const struct section *s = vec_at(&d->sections, i);

		if (str_eq(s->scope, scope))
			return s;
	}
	return NULL;
}

static struct str url_of(const struct section *s, enum registries_d_use use)
{
	return use == REGISTRIES_D_WRITE && s->write.n ? s->write : s->read;
}

int registries_d_find(const struct registries_d *d, const struct image_identity *image,
		      enum registries_d_use use, struct arena *a, struct registries_d_place *ret,
		      struct err *err)
{
	struct registries_d_place place = {0};
	enum toggle attachments = TOGGLE_UNSET;
	struct str_list scopes;
	int r = image_identity_scopes(image, a, &scopes, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i <= scopes.n; i++) {
		struct str scope = i < scopes.n ? scopes.p[i] : STR("");
		const struct section *s = find(d, scope);

		if (s && !place.base.n && url_of(s, use).n) {
			place.base = arena_str(a, url_of(s, use));
			place.scope = scope;
		}
		if (s && attachments == TOGGLE_UNSET)
			attachments = s->attachments;
	}
	place.attachments = attachments == TOGGLE_ON;
	if (arena_check(a, err) < 0)
		return -ERR_NOMEM;
	*ret = place;
	return 0;
}
