/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Image manifests, indexes and configs, of OCI and of Docker, read from their JSON.
 *
 *     r = manifest_parse(bytes, &arena, &m, err);         m.config, m.layers[i].digest ...
 *     r = index_parse(bytes, &arena, &index, err);        index.manifests[i]
 *     r = image_config_parse(bytes, &arena, &config, err) config.diff_ids
 *
 * Formats: OCI image-spec v1.1 manifest.md, image-index.md, config.md; Docker image manifest
 * version 2, schema 2. Schema 1 is refused with ERR_UNSUPPORTED.
 * Every document must have the form that its specification gives it (oci_form.h).
 * Ownership: all slices live in the arena. Errors: ERR_FORMAT with the field that is wrong,
 * ERR_LIMIT (layers, index_manifests), ERR_DENIED (bytes are not those of a digest).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct platform {
	struct str os, arch, variant; /* empty: not said */
};

struct descriptor {
	struct str media_type;
	struct str digest; /* well-formed, but perhaps of an algorithm that is not known here */
	uint64_t size;	   /* bytes */
	struct platform platform;
	struct str ref_name;   /* annotation org.opencontainers.image.ref.name */
	struct str image_name; /* annotation io.containerd.image.name */
	bool has_urls;
};

struct manifest {
	struct str media_type; /* empty: not said */
	struct descriptor config;
	struct descriptor *layers;
	size_t n_layers;
	struct str_list annotations; /* "key=value", sorted */
};

struct image_index {
	struct descriptor *manifests;
	size_t n;
};

struct image_config {
	struct platform platform;
	struct str *diff_ids;
	size_t n_diff_ids;
};

bool media_type_is_index(struct str media_type);

/* Whether the layer's bytes may rightly be absent; whether they cannot be read without a key. */
bool media_type_is_foreign(struct str media_type);
bool media_type_is_encrypted(struct str media_type);

int manifest_parse(struct str bytes, struct arena *a, struct manifest *ret, struct err *err);
int index_parse(struct str bytes, struct arena *a, struct image_index *ret, struct err *err);
int image_config_parse(struct str bytes, struct arena *a, struct image_config *ret,
		       struct err *err);

/*
 * "os/arch[/variant]"; ERR_USAGE. NULL gives this machine's. The slices borrow from text, or last
 * until the thread's next call. Names of kernels (x86_64, aarch64, armv7l) are understood.
 */
int platform_parse(const char *text, struct platform *ret, struct err *err);

/*
 * How well an image for `have` suits `want`: 0 not at all, more is closer, 1 when it does not say
 * for what it is. arm64 and arm64/v8 are one, so are amd64 and amd64/v1; arm alone means v7. Where
 * it cannot be had, an image for an older generation does: arm/v6 for arm/v7, amd64/v2 for v3.
 */
int platform_rank(const struct platform *have, const struct platform *want);

/* ERR_USAGE, with what there is, when the one asked for (NULL: any) is another than that of a
 * config. */
int platform_check(const char *asked, const struct platform *have, struct err *err);

static inline bool platform_matches(const struct platform *have, const struct platform *want)
{
	return platform_rank(have, want) > 0;
}

/* Whether bytes hash to digest; what names them in the error. */
int digest_check(struct str bytes, struct str digest, const char *what, struct err *err);

/* Whether two image names mean the same: "alpine" and "docker.io/library/alpine:latest". */
bool image_name_eq(struct str a, struct str b);
