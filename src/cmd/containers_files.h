/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of containers/image, where podman and skopeo look for them: policy.json, registries.d,
 * and the signature store of an image.
 *
 *     r = containers_policy_file("system", &arena, &path, err);       also a path as it is
 *     r = containers_lookaside(NULL, &identity, REGISTRIES_D_READ, &arena, &place, err);
 *
 * Ownership: strings live in the arena. Errors: ERR_NOT_FOUND (no such file), ERR_FORMAT, ERR_IO.
 */
#pragma once

#include "trust/registries_d.h"

/*
 * "system": $HOME/.config/containers/policy.json if it is there, else /etc/containers/policy.json.
 */
int containers_policy_file(const char *given, struct arena *a, struct str *ret, struct err *err);

/*
 * By the *.yaml files of the directory; NULL: $HOME/.config/containers/registries.d if it is there,
 * else /etc/containers/registries.d, which need not be there. Where nothing is said, place->base is
 * the store that podman and skopeo then use.
 */
int containers_lookaside(const char *dir, const struct image_identity *image,
			 enum registries_d_use use, struct arena *a, struct registries_d_place *ret,
			 struct err *err);

/* The repository of the image, by which a store knows it: "library/alpine". */
struct str containers_repository(const struct image_identity *image);
