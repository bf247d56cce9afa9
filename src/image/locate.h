/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the image that a reference means: in a local engine, or in a registry.
 *
 *     struct image_place place;
 *     r = image_locate(TRANSPORT_NONE, STR("alpine:3.18"), &options, &place, err);
 *     place.daemon      -> daemon_export(place.daemon, place.name, &stream, err)
 *     place.registry    -> place.manifest, registry_blob(place.registry, ...)
 *     image_place_done(&place);
 *
 * Without a transport the local engines are asked first (Docker, then Podman), then the registry:
 * what runs here is more likely meant than what the registry has by now. A name without a registry
 * follows the aliases and the search list of registries.conf, else it is Docker Hub's.
 * found_by says what was used, so that a report never leaves it open.
 *
 * Ownership: the place owns all in it. Close streams before image_place_done.
 * Errors: ERR_USAGE (no reference), ERR_NOT_FOUND and others, with each place that was tried.
 */
#pragma once

#include "image/reference.h"
#include "net/daemon.h"
#include "net/registry.h"

struct image_place {
	struct arena arena;
	enum transport transport; /* DOCKER_DAEMON, PODMAN or DOCKER (the registry) */
	struct str name;	  /* for engines as the user wrote it, else the full reference */
	struct str found_by;	  /* "docker at unix:///..", "registry example.com" */
	struct daemon *daemon;	  /* NULL: a registry */
	struct daemon_image image;
	struct registry *registry;	   /* NULL: an engine */
	struct registry_manifest manifest; /* of a registry: of the tag or digest asked for */
};

/*
 * transport: DOCKER (registry only), DOCKER_DAEMON, PODMAN or CONTAINERS_STORAGE (that engine
 * only), NONE (all of them).
 */
int image_locate(enum transport transport, struct str text, const struct registry_options *options,
		 struct image_place *ret, struct err *err);
void image_place_done(struct image_place *p);
