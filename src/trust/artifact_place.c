/* SPDX-License-Identifier: Apache-2.0 */
/* From the words of a target to a store, and to what its tag is now. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "image/locate.h"
#include "image/manifest.h"
#include "image/source.h"
#include "trust/artifact_store.h"

#define PLACE_ARENA_BYTES ((size_t)1 << 20)

/* ---- registries ---- */

static int take_registry(struct registry *registry, const struct reference *ref,
			 struct artifact_place *ret, struct err *err)
{
	struct registry_name name = {ref->domain, ref->path};

	ret->tag = ref->digest.n ? STR_NULL : ref->tag;
	return artifact_store_registry(registry, &name, &ret->store, err);
}

static int open_registry(struct str text, const struct registry_options *options,
			 struct artifact_place *ret, struct err *err)
{
	struct image_place found;
	struct reference ref;
	int r = image_locate(TRANSPORT_DOCKER, text, options, &found, err);

	if (r < 0)
		return r;
	ret->name = arena_str(&ret->arena, found.name);
	r = ret->name.p ? reference_parse(ret->name, &ret->arena, &ref, err) : err_nomem(err);
	if (r == 0) {
		struct registry_manifest empty = REGISTRY_MANIFEST_INIT;

		ret->manifest = found.manifest;
		found.manifest = empty;
		r = take_registry(TAKE(found.registry), &ref, ret, err);
	}
	image_place_done(&found);
	return r;
}

static bool has_tag(struct str text)
{
	size_t slash = str_rfind_char(text, '/');
	struct str last = slash < text.n ? str_skip(text, slash + 1) : text;

	return str_find_char(last, ':') < last.n;
}

static int create_registry(struct str text, const struct registry_options *options,
			   struct artifact_place *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct registry *registry;
	struct reference ref;
	int r = reference_parse(text, &ret->arena, &ref, err);

	if (r < 0)
		return r;
	if (ref.digest.n)
		return err_set(
			err, ERR_USAGE,
			"%.*s: what is written has the digest that it has: name a tag, or none",
			STR_FMT(str_sub(text, 0, 200)));
	if (!has_tag(text))
		ref.tag = STR_NULL; /* "latest" only when it is written */
	reference_format(&ref, &name);
	ret->name = arena_str(&ret->arena, strbuf_str(&name));
	if (!ret->name.p)
		return err_nomem(err);
	r = registry_open(&(struct registry_name){ref.domain, ref.path}, options, &registry, err);
	return r < 0 ? r : take_registry(registry, &ref, ret, err);
}

/* ---- layouts ---- */

static bool exists(struct str path)
{
	CLEANUP(freep) char *text = str_dup(path);

	return text && access(text, F_OK) == 0;
}

/* "DIR:TAG", where DIR may hold colons when it is there. */
static void split_layout(struct str rest, struct str *ret_dir, struct str *ret_choice)
{
	struct str dir = rest;

	while (!exists(dir) && str_rfind_char(dir, ':') < dir.n)
		dir = str_sub(rest, 0, str_rfind_char(dir, ':'));
	*ret_dir = dir;
	*ret_choice = str_skip(rest, dir.n < rest.n ? dir.n + 1 : rest.n);
}

/* Whether the entry can be the image that a layout was made for. */
static int may_be_image(struct artifact_store *s, const struct artifact *d, bool *ret,
			struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct str kind = artifact_annotation(&d->annotations, "kind");
	struct artifact_manifest parsed;
	struct arena scratch;
	int r;

	*ret = false;
	if (str_has_prefix(kind, STR("dev.cosignproject.cosign/")) &&
	    !str_has_prefix(kind, STR("dev.cosignproject.cosign/image")))
		return 0;
	r = artifact_store_manifest(s, d->digest, &m, err);
	if (r < 0)
		return r;
	arena_init(&scratch, LIMIT_ATTACHMENT_ARENA_BYTES);
	r = artifact_manifest_parse(strbuf_str(&m.bytes), &scratch, &parsed, err);
	*ret = r == 0 && !parsed.subject.digest.n;
	arena_done(&scratch);
	return r;
}

/* "sha256-<hex>" with or without a suffix. */
static bool is_digest_tag(struct str tag)
{
	size_t n_hex = 0;

	if (!str_pull_prefix(&tag, STR("sha256-")))
		return false;
	while (n_hex < tag.n && char_hex(tag.p[n_hex]) >= 0)
		n_hex++;
	return n_hex == 64 && (tag.n == 64 || tag.p[64] == '.');
}

static int read_entries(struct artifact_store *s, struct arena *a, struct artifact_manifest *ret,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct str path = arena_strf(a, "%.*s/index.json", STR_FMT(s->location));
	int r = path.p ? file_read(path.p, &sb, err) : err_nomem(err);

	return r < 0 ? r : artifact_manifest_parse(strbuf_str(&sb), a, ret, err);
}

static int tell_choices(const struct artifact_manifest *index, struct str dir, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(300);

	for (size_t i = 0; i < index->n_manifests && sb.n < 200; i++) {
		const struct artifact *d = &index->manifests[i];
		struct str name =
			artifact_annotation(&d->annotations, "org.opencontainers.image.ref.name");

		strbuf_addf(&sb, "%s%.*s", sb.n ? ", " : "",
			    STR_FMT(str_sub(name.n ? name : d->digest, 0, 80)));
	}
	return err_set(err, ERR_USAGE, "%.*s: which image? write oci:%.*s:TAG; there are: %s",
		       STR_FMT(str_sub(dir, 0, 100)), STR_FMT(str_sub(dir, 0, 100)),
		       sb.n ? strbuf_cstr(&sb) : "none");
}

/* The only image of a layout, whatever is attached to it. */
static int choose_only(struct artifact_store *s, struct arena *a, struct str *ret, struct err *err)
{
	struct artifact_manifest index;
	int r = read_entries(s, a, &index, err);
	struct str only = STR_NULL;

	if (r < 0)
		return r;
	for (size_t i = 0; i < index.n_manifests; i++) {
		const struct artifact *d = &index.manifests[i];
		bool fits;

		if (is_digest_tag(artifact_annotation(&d->annotations,
						      "org.opencontainers.image.ref.name")))
			continue;
		r = may_be_image(s, d, &fits, err);
		if (r < 0)
			return r;
		if (fits && only.n && !str_eq(only, d->digest))
			return tell_choices(&index, s->location, err);
		if (fits)
			only = d->digest;
	}
	*ret = only;
	return only.n ? 0 : tell_choices(&index, s->location, err);
}

static int name_layout(struct artifact_place *ret, struct str dir, struct str choice,
		       struct err *err)
{
	ret->name = arena_strf(&ret->arena, "oci:%.*s%s%.*s", STR_FMT(dir), choice.n ? ":" : "",
			       STR_FMT(choice));
	ret->tag = artifact_version_is_digest(choice) ? STR_NULL : arena_str(&ret->arena, choice);
	return arena_check(&ret->arena, err);
}

static int make_layout(struct str rest, bool create, struct artifact_place *ret,
		       struct str *ret_choice, struct err *err)
{
	struct str dir;
	int r;

	split_layout(rest, &dir, ret_choice);
	dir = arena_str(&ret->arena, dir);
	r = name_layout(ret, dir, *ret_choice, err);
	return r < 0 ? r : artifact_store_layout(dir.p, create, &ret->store, err);
}

static int open_layout(struct str rest, struct artifact_place *ret, struct err *err)
{
	struct str choice;
	int r = make_layout(rest, false, ret, &choice, err);

	if (r == 0 && !choice.n)
		r = choose_only(ret->store, &ret->arena, &choice, err);
	return r < 0 ? r : artifact_store_manifest(ret->store, choice, &ret->manifest, err);
}

/* ---- what has nothing attached ---- */

static int set_bare(struct artifact_place *ret, struct str name, struct str digest,
		    const char *what, struct err *err)
{
	ret->name = arena_str(&ret->arena, name);
	(void)snprintf(ret->manifest.digest, sizeof ret->manifest.digest, "%.*s", STR_FMT(digest));
	ret->why_bare = arena_strf(
		&ret->arena,
		"%s has no place for signatures and other things that are attached to an image: "
		"name the image in its registry, or an OCI layout",
		what);
	return arena_check(&ret->arena, err);
}

static int open_archive(struct str rest, enum archive_form form, const char *target,
			struct artifact_place *ret, struct err *err)
{
	CLEANUP(source_closep) struct source *src = NULL;
	CLEANUP(freep) char *path = NULL;
	CLEANUP(freep) char *tag = NULL;
	struct source_request q = {0};
	struct str file, choice;
	int r;

	split_layout(rest, &file, &choice);
	path = str_dup(file);
	tag = choice.n ? str_dup(choice) : NULL;
	if (!path || (choice.n && !tag))
		return err_nomem(err);
	q.location = path;
	q.choice = tag;
	r = source_archive(&q, form, &src, err);
	if (r == 0 && src->next_blob)
		return err_set(err, ERR_UNSUPPORTED, "%s: a packed archive: unpack it first", path);
	return r < 0 ? r
		     : set_bare(ret, str_of(target),
				src->manifest_digest.n ? src->manifest_digest : src->config_digest,
				"an image archive", err);
}

static int open_engine(enum transport t, struct str rest, const char *target,
		       const struct registry_options *options, struct artifact_place *ret,
		       struct err *err)
{
	struct image_place found;
	int r = image_locate(t, rest, options, &found, err);

	if (r < 0)
		return r;
	r = set_bare(ret, str_of(target),
		     str_of(found.image.repo_digest[0] ? found.image.repo_digest : found.image.id),
		     "a local engine", err);
	image_place_done(&found);
	return r;
}

/* ---- all of it ---- */

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_layout(const char *path)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);

	strbuf_addf(&sb, "%s/oci-layout", path);
	return strbuf_check(&sb, NULL) == 0 && is_file(strbuf_cstr(&sb));
}

static int refuse(const char *target, struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "%.200s: has no manifest: expected an image in a registry, oci:DIR[:TAG]",
		       target);
}

static int open_target(const char *target, const struct registry_options *options,
		       struct artifact_place *ret, struct err *err)
{
	struct str rest;
	enum transport t = transport_parse(str_of(target), &rest);

	switch (t) {
	case TRANSPORT_NONE:
		if (is_layout(target))
			return open_layout(rest, ret, err);
		if (is_file(target))
			return open_archive(rest, ARCHIVE_ANY, target, ret, err);
		return open_registry(rest, options, ret, err);
	case TRANSPORT_DOCKER:
		return open_registry(rest, options, ret, err);
	case TRANSPORT_OCI:
		return open_layout(rest, ret, err);
	case TRANSPORT_DOCKER_ARCHIVE:
		return open_archive(rest, ARCHIVE_DOCKER, target, ret, err);
	case TRANSPORT_OCI_ARCHIVE:
		return open_archive(rest, ARCHIVE_OCI, target, ret, err);
	case TRANSPORT_CONTAINERS_STORAGE:
	case TRANSPORT_DOCKER_DAEMON:
	case TRANSPORT_PODMAN:
		return open_engine(t, rest, target, options, ret, err);
	case TRANSPORT_CONTAINER:
	case TRANSPORT_CONTAINERD:
	case TRANSPORT_GIT:
	case TRANSPORT_ROOTFS:
	case TRANSPORT_SBOM:
		break;
	}
	return refuse(target, err);
}

int artifact_place_open(const char *target, const struct registry_options *options,
			struct artifact_place *ret, struct err *err)
{
	int r;

	arena_init(&ret->arena, PLACE_ARENA_BYTES + LIMIT_ATTACHMENT_ARENA_BYTES);
	r = open_target(target, options, ret, err);
	if (r < 0)
		artifact_place_done(ret);
	return r;
}

int artifact_place_create(const char *target, const struct registry_options *options,
			  struct artifact_place *ret, struct err *err)
{
	struct str rest, choice;
	enum transport t = transport_parse(str_of(target), &rest);
	int r;

	arena_init(&ret->arena, PLACE_ARENA_BYTES);
	if (t == TRANSPORT_OCI || (t == TRANSPORT_NONE && is_layout(target)))
		r = make_layout(rest, true, ret, &choice, err);
	else if (t == TRANSPORT_DOCKER || t == TRANSPORT_NONE)
		r = create_registry(rest, options, ret, err);
	else
		r = err_set(err, ERR_USAGE,
			    "%.200s: cannot be written: expected an image in a registry, "
			    "oci:DIR[:TAG]",
			    target);
	if (r < 0)
		artifact_place_done(ret);
	return r;
}

void artifact_place_done(struct artifact_place *p)
{
	artifact_store_free(TAKE(p->store));
	registry_manifest_done(&p->manifest);
	arena_done(&p->arena);
}
