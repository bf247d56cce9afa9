/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/target.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "image/locate.h"

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static bool is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

static bool has_layout(const char *dir)
{
	CLEANUP(freep) char *path = NULL;

	if (asprintf(&path, "%s/oci-layout", dir) < 0) {
		path = NULL;
		return false;
	}
	return exists(path);
}

/* "path:tag" where the path itself may hold colons: the longest prefix that exists wins. */
static char *split_choice(struct str rest, const char **ret_choice)
{
	char *path = str_dup(rest);
	size_t n = rest.n;

	*ret_choice = NULL;
	if (str_has_prefix(rest, STR("-:"))) {
		*ret_choice = rest.p + 2;
		free(path);
		return str_dup(STR("-"));
	}
	while (path && !exists(path)) {
		n = str_rfind_char(str_make(path, n), ':');
		if (n >= strlen(path))
			break;
		path[n] = '\0';
		*ret_choice = rest.p + n + 1;
		if (!exists(path) && str_find_char(str_make(path, n), ':') == n)
			break;
	}
	return path;
}

static int open_directory(const char *path, struct target *ret, struct err *err)
{
	ret->directory = str_dup(str_of(path));
	if (!ret->directory)
		return err_nomem(err);
	return is_directory(path) ? 0 : err_set(err, ERR_NOT_FOUND, "%s: no such directory", path);
}

static int open_path(struct source_request *q, struct target *ret, struct err *err)
{
	if (!is_directory(q->location))
		return source_archive(q, ARCHIVE_ANY, &ret->source, err);
	return has_layout(q->location) ? source_oci(q, &ret->source, err)
				       : open_directory(q->location, ret, err);
}

/* What the place has is opened by its kind; the place is taken over. */
static int open_place(struct image_place *place, const char *platform, struct source **ret,
		      struct err *err)
{
	struct source_request q = {.platform = platform};

	return place->registry ? source_registry(place, &q, ret, err)
			       : source_engine(place, &q, ret, err);
}

static int open_image(enum transport transport, struct str name, const char *platform,
		      const struct registry_options *registry, struct source **ret, struct err *err)
{
	struct image_place place;
	int r = image_locate(transport, name, registry, &place, err);

	return r < 0 ? r : open_place(&place, platform, ret, err);
}

/* A word that a person means as a path, though nothing is there. */
static bool can_only_be_path(struct str text)
{
	static const char *const starts[] = {"/", "./", "../", "~"};
	static const char *const ends[] = {".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.zst", "/"};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_has_prefix(text, str_of(starts[i])))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_has_suffix(text, str_of(ends[i])))
			return true;
	return str_is(text, ".") || str_is(text, "..");
}

/* Whether it may name an image at all. */
static int check_reference(struct str text, struct err *err)
{
	struct reference ref;
	struct err why = {0};
	struct arena arena;
	int r;

	arena_init(&arena, LIMIT_PATH_BYTES * 4);
	r = can_only_be_path(text) ? -ERR_NOT_FOUND : reference_parse(text, &arena, &ref, &why);
	arena_done(&arena);
	if (r == 0)
		return 0;
	return err_set(err, ERR_NOT_FOUND, "%.*s: no such file or directory%s%s",
		       STR_FMT(str_sub(text, 0, 200)),
		       why.msg[0] ? ", and no name of an image: " : "", why.msg);
}

/* "python:3.12" beside a folder called python is an image; beside an archive it is a choice. */
static bool means_path(const struct source_request *q)
{
	if (is_stdin(q->location))
		return true;
	return exists(q->location) &&
	       (!q->choice || !is_directory(q->location) || has_layout(q->location));
}

/* A path if there is one, else an image. */
static int open_bare(struct str text, struct source_request *q,
		     const struct registry_options *registry, struct target *ret, struct err *err)
{
	int r;

	if (means_path(q))
		return open_path(q, ret, err);
	r = check_reference(text, err);
	return r < 0 ? r
		     : open_image(TRANSPORT_NONE, text, q->platform, registry, &ret->source, err);
}

static int open_transport(enum transport transport, struct str rest, struct source_request *q,
			  const struct registry_options *registry, struct target *ret,
			  struct err *err)
{
	switch (transport) {
	case TRANSPORT_NONE:
		return open_bare(rest, q, registry, ret, err);
	case TRANSPORT_DOCKER:
	case TRANSPORT_DOCKER_DAEMON:
	case TRANSPORT_PODMAN:
	case TRANSPORT_CONTAINERS_STORAGE:
		return open_image(transport, rest, q->platform, registry, &ret->source, err);
	case TRANSPORT_DOCKER_ARCHIVE:
		return source_archive(q, ARCHIVE_DOCKER, &ret->source, err);
	case TRANSPORT_OCI:
	case TRANSPORT_OCI_ARCHIVE:
		return is_directory(q->location)
			       ? source_oci(q, &ret->source, err)
			       : source_archive(q, ARCHIVE_OCI, &ret->source, err);
	case TRANSPORT_ROOTFS:
		return is_directory(q->location)
			       ? open_directory(q->location, ret, err)
			       : source_archive(q, ARCHIVE_ROOTFS, &ret->source, err);
	case TRANSPORT_CONTAINER:
	case TRANSPORT_CONTAINERD:
	case TRANSPORT_SBOM:
		break;
	}
	return err_set(err, ERR_UNSUPPORTED, "targets of transport %s are not read yet",
		       transport_name(transport));
}

int target_open(const char *text, const char *platform, const struct registry_options *registry,
		struct target *ret, struct err *err)
{
	struct source_request q = {.platform = platform};
	CLEANUP(freep) char *path = NULL;
	enum transport transport;
	struct str rest;
	int r;

	*ret = (struct target){0};
	transport = transport_parse(str_of(text), &rest);
	path = split_choice(rest, &q.choice);
	if (!path)
		return err_nomem(err);
	q.location = path;
	r = open_transport(transport, rest, &q, registry, ret, err);
	if (r < 0)
		target_done(ret);
	return r;
}

void target_done(struct target *t)
{
	source_close(t->source);
	free(t->directory);
	*t = (struct target){0};
}
