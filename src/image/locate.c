/* SPDX-License-Identifier: Apache-2.0 */
#include "image/locate.h"

#include "base/cleanup.h"
#include "base/log.h"

enum { PLACE_ARENA_BYTES = 1024 * 1024, TRIED_BYTES = 360, NOTE_BYTES = 150, LAST_BYTES = 300 };

struct search {
	const struct registry_options *options;
	struct str text; /* as the user wrote it */
	struct image_place *place;
	struct strbuf tried; /* what each place said */
};

void image_place_done(struct image_place *p)
{
	registry_manifest_done(&p->manifest);
	registry_free(p->registry);
	daemon_free(p->daemon);
	p->registry = NULL;
	p->daemon = NULL;
	arena_done(&p->arena);
}

/* Remembers why one place did not have it; the next is tried. */
static void note(struct search *s, const struct err *why)
{
	size_t room = TRIED_BYTES > s->tried.n ? TRIED_BYTES - s->tried.n : 0;

	log_debug("locate: %s", why->msg);
	if (room > 40)
		strbuf_addf(&s->tried, "%s%.*s", s->tried.n ? "; " : "",
			    (int)(room < NOTE_BYTES ? room : NOTE_BYTES), why->msg);
}

/* --- engines --- */

/* 1 found, 0 not; an engine that is ill does not keep the others from being asked. */
static int try_engine(struct search *s, enum daemon_kind kind, struct err *err)
{
	struct image_place *p = s->place;
	int r = daemon_open(kind, &p->daemon, err);

	if (r == 0)
		r = daemon_image(p->daemon, s->text, &p->image, err);
	if (r < 0) {
		daemon_free(p->daemon);
		p->daemon = NULL;
		return r;
	}
	p->transport = kind == DAEMON_DOCKER ? TRANSPORT_DOCKER_DAEMON : TRANSPORT_PODMAN;
	p->name = arena_str(&p->arena, s->text);
	p->found_by = arena_str(&p->arena, str_of(daemon_title(p->daemon)));
	return p->name.p && p->found_by.p ? 0 : err_nomem(err);
}

/* --- registries --- */

static int found_in_registry(struct image_place *p, const struct reference *ref, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct str used = registry_used(p->registry), host, path;

	reference_format(ref, &name);
	p->transport = TRANSPORT_DOCKER;
	p->name = arena_str(&p->arena, strbuf_str(&name));
	p->found_by = arena_strf(&p->arena, "registry %.*s", STR_FMT(ref->domain));
	if (str_cut(used, '/', &host, &path) && !str_eq(host, ref->domain))
		p->found_by = arena_strf(&p->arena, "registry %.*s (from %.*s)",
					 STR_FMT(ref->domain), STR_FMT(used));
	return p->name.p && p->found_by.p ? 0 : err_nomem(err);
}

static int try_reference(struct search *s, const struct reference *ref, struct err *err)
{
	struct image_place *p = s->place;
	struct registry_name name = {.domain = ref->domain, .path = ref->path};
	int r = registry_open(&name, s->options, &p->registry, err);

	if (r == 0)
		r = registry_manifest(p->registry, reference_version(ref), &p->manifest, err);
	if (r == 0)
		return found_in_registry(p, ref, err);
	registry_free(p->registry);
	p->registry = NULL;
	return r;
}

/* Cuts ":tag" and "@digest" off what the user wrote. */
static struct str name_part(struct str text)
{
	struct str name = text, rest;
	size_t slash;

	(void)str_cut(text, '@', &name, &rest); /* no digest: all of it */
	slash = str_rfind_char(name, '/');
	if (str_rfind_char(name, ':') < name.n &&
	    (slash == name.n || str_rfind_char(name, ':') > slash))
		(void)str_rcut(name, ':', &name, &rest); /* seen just above */
	return name;
}

/* The full names that a short one may stand for, in order; itself when nothing is configured. */
static int expand(struct search *s, struct vec *names, struct err *err)
{
	CLEANUP(registries_conf_freep) struct registries_conf *conf = NULL;
	struct str *own;
	int r = registries_conf_read(s->options->registries_conf, &conf, err);

	if (r == 0)
		r = registries_conf_search(conf, name_part(s->text), &s->place->arena, names, err);
	if (r < 0 || names->n)
		return r;
	own = vec_push(names);
	if (!own)
		return err_nomem(err);
	*own = name_part(s->text);
	return 0;
}

static int try_names(struct search *s, const struct vec *names, struct err *err)
{
	struct str version = str_skip(s->text, name_part(s->text).n); /* ":tag@digest" */
	int r = -ERR_NOT_FOUND;

	for (size_t i = 0; i < names->n; i++) {
		struct str name = *(const struct str *)vec_at(names, i);
		struct str full =
			arena_strf(&s->place->arena, "%.*s%.*s", STR_FMT(name), STR_FMT(version));
		struct reference ref;
		struct err error = {0};

		if (!full.p)
			return err_nomem(err);
		r = reference_parse(full, &s->place->arena, &ref, &error);
		if (r == 0)
			r = try_reference(s, &ref, &error);
		if (r == 0)
			return 0;
		if (err)
			*err = error;
		if (i + 1 < names->n)
			note(s, &error);
	}
	return r;
}

static int try_registries(struct search *s, const struct reference *ref, struct err *err)
{
	struct vec names = VEC_INIT(struct str, LIMIT_REGISTRIES);
	int r;

	if (!ref->is_short)
		return try_reference(s, ref, err);
	r = expand(s, &names, err);
	if (r == 0)
		r = try_names(s, &names, err);
	vec_done(&names);
	return r;
}

/* --- all of it --- */

static int try_all(struct search *s, struct err *err)
{
	static const enum daemon_kind engines[] = {DAEMON_DOCKER, DAEMON_PODMAN};
	struct reference ref;
	int r = reference_parse(s->text, &s->place->arena, &ref, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(engines); i++) {
		struct err error = {0};

		r = try_engine(s, engines[i], &error);
		if (r == 0)
			return 0;
		note(s, &error);
	}
	return try_registries(s, &ref, err);
}

static int try_transport(struct search *s, enum transport transport, struct err *err)
{
	struct reference ref;
	int r;

	switch (transport) {
	case TRANSPORT_NONE:
		return try_all(s, err);
	case TRANSPORT_DOCKER_DAEMON:
		return try_engine(s, DAEMON_DOCKER, err);
	case TRANSPORT_PODMAN:
	case TRANSPORT_CONTAINERS_STORAGE:
		return try_engine(s, DAEMON_PODMAN, err);
	case TRANSPORT_DOCKER:
		r = reference_parse(s->text, &s->place->arena, &ref, err);
		return r < 0 ? r : try_registries(s, &ref, err);
	case TRANSPORT_CONTAINER:
	case TRANSPORT_CONTAINERD:
	case TRANSPORT_DOCKER_ARCHIVE:
	case TRANSPORT_GIT:
	case TRANSPORT_OCI:
	case TRANSPORT_OCI_ARCHIVE:
	case TRANSPORT_ROOTFS:
	case TRANSPORT_SBOM:
		break;
	}
	return err_set(err, ERR_BUG, "%s is looked for in no engine and no registry",
		       transport_name(transport));
}

/* What the last place said, and what those before it said. */
static int report_failure(struct search *s, int r, const struct err *error, struct err *err)
{
	if (!err)
		return r;
	*err = *error;
	if (s->tried.n)
		(void)err_set(err, error->code, "%.*s (before that: %s)", LAST_BYTES, error->msg,
			      strbuf_cstr(&s->tried));
	return r;
}

int image_locate(enum transport transport, struct str text, const struct registry_options *options,
		 struct image_place *ret, struct err *err)
{
	struct search s = {.options = options,
			   .text = text,
			   .place = ret,
			   .tried = STRBUF_INIT(LIMIT_FIELD_BYTES)};
	struct err error = {0};
	int r;

	*ret = (struct image_place){.manifest = REGISTRY_MANIFEST_INIT};
	arena_init(&ret->arena, PLACE_ARENA_BYTES);
	r = try_transport(&s, transport, &error);
	if (r < 0) {
		r = report_failure(&s, r, &error, err);
		image_place_done(ret);
	}
	strbuf_done(&s.tried);
	return r;
}
