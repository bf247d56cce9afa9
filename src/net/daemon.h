/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks a local engine, Docker or Podman, for an image that it has.
 *
 *     struct daemon *d;
 *     r = daemon_open(DAEMON_DOCKER, &d, err);            ERR_NOT_FOUND: no such engine here
 *     r = daemon_image(d, STR("alpine"), &image, err);    ERR_NOT_FOUND: it does not have it
 *     r = daemon_export(d, STR("alpine"), &stream, err);  a docker-archive tar
 *     daemon_free(d);
 *
 * Where the engine is: for Docker $DOCKER_HOST, the current `docker context`, the rootless socket,
 * /var/run/docker.sock; for Podman $CONTAINER_HOST, then its rootless and its system socket.
 * unix://, tcp:// and http(s):// are understood, with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH;
 * ssh:// is not.
 *
 * The engine packs the image when asked, so an export that breaks cannot be resumed: it fails.
 * Ownership: close streams before daemon_free. Threads: any number.
 * Errors: ERR_NOT_FOUND, ERR_DENIED (socket not ours), ERR_IO; messages name engine and address.
 * Format: Docker Engine API, also spoken by `podman system service`.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "base/stream.h"
#include "crypto/digest.h"

struct daemon;

enum daemon_kind { DAEMON_DOCKER, DAEMON_PODMAN };

struct daemon_image {
	char id[DIGEST_TEXT_MAX];	   /* digest of its config */
	char repo_digest[DIGEST_TEXT_MAX]; /* of its manifest in the registry; "": not known */
};

int daemon_open(enum daemon_kind kind, struct daemon **ret, struct err *err);
void daemon_free(struct daemon *d);
void daemon_freep(struct daemon **d);

const char *daemon_kind_name(enum daemon_kind kind); /* "docker", "podman" */

/* "docker at unix:///var/run/docker.sock" */
const char *daemon_title(const struct daemon *d);

/* name: a reference as the user wrote it, or an image id. */
int daemon_image(struct daemon *d, struct str name, struct daemon_image *ret, struct err *err);
int daemon_export(struct daemon *d, struct str name, struct stream **ret, struct err *err);
