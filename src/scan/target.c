/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/target.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/file_stream.h"
#include "base/head_stream.h"
#include "base/limits.h"
#include "image/locate.h"
#include "inventory/sbom/bom.h"

#define HEAD_BYTES 64		     /* that tell JSON from an archive */
#define KEPT_BYTES ((size_t)1 << 20) /* of stdin, while it is told */

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

/* ---- SBOMs ---- */

static int read_all(int fd, struct target *ret, struct err *err)
{
	int r;

	ret->sbom = (struct strbuf)STRBUF_INIT(LIMIT_SBOM_BYTES);
	r = fd_read_all(fd, &ret->sbom, err);
	return r == -ERR_LIMIT ? err_set(err, ERR_LIMIT, "larger than sbom_bytes (%llu)",
					 (unsigned long long)LIMIT_SBOM_BYTES)
			       : r;
}

static int open_sbom(const char *path, struct target *ret, struct err *err)
{
	CLEANUP(fd_closep) int fd = -1;
	int r;

	ret->sbom_location = str_dup(str_of(path));
	if (!ret->sbom_location)
		return err_nomem(err);
	if (is_stdin(path) && isatty(STDIN_FILENO))
		return err_set(err, ERR_USAGE, "stdin is a terminal: pipe an SBOM into it");
	fd = is_stdin(path) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : fd_open_read(path, err);
	if (fd < 0)
		return is_stdin(path) ? err_errno(err, errno, "stdin") : fd;
	r = read_all(fd, ret, err);
	return r < 0 ? err_wrap(err, r, "%s", path) : 0;
}

/* Whether a file that can be read twice begins like JSON. */
static bool is_json_file(const char *path)
{
	CLEANUP(fd_closep) int fd = -1;
	char head[HEAD_BYTES];
	struct stat st;
	ssize_t n;

	fd = is_stdin(path) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : fd_open_read(path, NULL);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || lseek(fd, 0, SEEK_CUR) != 0)
		return false;
	n = fd_pread_full(fd, head, sizeof head, 0, NULL);
	return n > 0 && bom_is_json(str_make(head, (size_t)n));
}

static int peek(struct head_stream *head, char *p, size_t max, size_t *ret_n, struct err *err)
{
	struct stream *again = NULL;
	ssize_t n = 1;
	int r = head_stream_peek(head, &again, err);

	*ret_n = 0;
	while (r == 0 && n > 0 && *ret_n < max) {
		n = stream_read(again, p + *ret_n, max - *ret_n, err);
		*ret_n += n > 0 ? (size_t)n : 0;
	}
	stream_close(again);
	return r < 0 ? r : n < 0 ? (int)n : 0;
}

static int read_stream(struct stream *in, struct target *ret, struct err *err)
{
	char *room;
	ssize_t n;

	ret->sbom = (struct strbuf)STRBUF_INIT(LIMIT_SBOM_BYTES);
	do {
		room = strbuf_reserve(&ret->sbom, KEPT_BYTES);
		if (!room)
			return err_set(err, ERR_LIMIT, "stdin: larger than sbom_bytes (%llu)",
				       (unsigned long long)LIMIT_SBOM_BYTES);
		n = stream_read(in, room, KEPT_BYTES, err);
		strbuf_commit(&ret->sbom, n > 0 ? (size_t)n : 0);
	} while (n > 0);
	return n < 0 ? (int)n : 0;
}

static int open_told(struct head_stream *head, const struct source_request *q, struct target *ret,
		     struct err *err)
{
	struct stream *in = head_stream_stream(head);
	char bytes[HEAD_BYTES];
	size_t n;
	int r = peek(head, bytes, sizeof bytes, &n, err);

	if (r == 0 && !bom_is_json(str_make(bytes, n)))
		return source_stream(in, q, ARCHIVE_ANY, &ret->source, err);
	if (r == 0)
		r = read_stream(in, ret, err);
	stream_close(in);
	ret->sbom_location = str_dup(STR("-"));
	return r == 0 && !ret->sbom_location ? err_nomem(err) : r;
}

/* A pipe, which passes once: an archive or an SBOM by its first bytes. */
static int open_pipe(const struct source_request *q, struct target *ret, struct err *err)
{
	struct head_stream *head = NULL;
	struct stream *in = NULL;
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	int r = fd < 0 ? err_errno(err, errno, "stdin") : fd_stream_new(fd, &in, err);

	if (r == 0)
		r = head_stream_new(in, KEPT_BYTES, &head, err);
	return r < 0 ? r : open_told(head, q, ret, err);
}

static bool is_pipe(void)
{
	return !isatty(STDIN_FILENO) && lseek(STDIN_FILENO, 0, SEEK_CUR) < 0;
}

/* ---- paths ---- */

static int open_path(struct source_request *q, struct target *ret, struct err *err)
{
	if (!q->choice && is_json_file(q->location))
		return open_sbom(q->location, ret, err);
	if (!q->choice && is_stdin(q->location) && is_pipe())
		return open_pipe(q, ret, err);
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
	static const char *const ends[] = {".tar",     ".tgz",	".tar.gz", ".tar.xz",
					   ".tar.zst", ".json", "/"};

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

static int open_git(const char *path, struct target *ret, struct err *err)
{
	ret->git_location = str_dup(str_of(path));
	if (!ret->git_location)
		return err_nomem(err);
	return git_history_open(path, &ret->git, err);
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
	case TRANSPORT_GIT:
		return open_git(q->location, ret, err);
	case TRANSPORT_SBOM:
		return open_sbom(q->location, ret, err);
	case TRANSPORT_CONTAINER:
	case TRANSPORT_CONTAINERD:
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
	git_history_close(t->git);
	free(t->git_location);
	free(t->sbom_location);
	strbuf_done(&t->sbom);
	*t = (struct target){0};
}
