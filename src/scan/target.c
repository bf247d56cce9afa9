/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/target.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "image/reference.h"

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
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

/* An archive is what its members say: each kind is asked, and the last takes any tar. */
static int open_archive(const struct source_request *q, struct source **ret, struct err *err)
{
	struct err first = {0};
	int r = source_docker_archive(q, ret, &first);

	if (r != -ERR_NOT_FOUND && r != -ERR_FORMAT) {
		if (r < 0)
			*err = first;
		return r;
	}
	r = source_oci(q, ret, &first);
	if (r != -ERR_NOT_FOUND && r != -ERR_FORMAT) {
		if (r < 0)
			*err = first;
		return r;
	}
	return source_tarball(q, ret, err);
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
		return open_archive(q, &ret->source, err);
	return has_layout(q->location) ? source_oci(q, &ret->source, err)
				       : open_directory(q->location, ret, err);
}

static int open_transport(enum transport transport, struct source_request *q, struct target *ret,
			  struct err *err)
{
	switch (transport) {
	case TRANSPORT_NONE:
		if (!exists(q->location))
			return err_set(
				err, ERR_NOT_FOUND,
				"%s: no such file; image references are not read yet, save the "
				"image first: docker save -o image.tar %s",
				q->location, q->location);
		return open_path(q, ret, err);
	case TRANSPORT_DOCKER_ARCHIVE:
		return source_docker_archive(q, &ret->source, err);
	case TRANSPORT_OCI:
	case TRANSPORT_OCI_ARCHIVE:
		return source_oci(q, &ret->source, err);
	case TRANSPORT_ROOTFS:
		return is_directory(q->location) ? open_directory(q->location, ret, err)
						 : source_tarball(q, &ret->source, err);
	case TRANSPORT_CONTAINER:
	case TRANSPORT_CONTAINERD:
	case TRANSPORT_CONTAINERS_STORAGE:
	case TRANSPORT_DOCKER:
	case TRANSPORT_DOCKER_DAEMON:
	case TRANSPORT_PODMAN:
	case TRANSPORT_SBOM:
		break;
	}
	return err_set(err, ERR_UNSUPPORTED, "targets of transport %s are not read yet",
		       transport_name(transport));
}

int target_open(const char *text, const char *platform, struct target *ret, struct err *err)
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
	r = open_transport(transport, &q, ret, err);
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
