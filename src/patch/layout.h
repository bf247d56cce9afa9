/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image as files of ours: all its blobs in one folder, to be read often and extended.
 *
 *     CLEANUP(layout_done) struct layout l = LAYOUT_INIT;
 *     r = layout_take(&l, work_dir_fd, "image", source, err);    an OCI layout that a scan can read
 *     l.layers[i].digest, .diff_id                        verified: each is what its digest says
 *     ... layout_write(&l, &image, tag, err);             one more image in it
 *     r = layout_publish(&l, &output, err);               to oci:DIR[:TAG], docker-archive:FILE
 *
 * Layers keep their bytes. What Docker calls them becomes the media type that OCI has for the same
 * bytes. An image in another one's index stays where it is.
 *
 * Ownership: all slices live in l.arena. Errors: ERR_DENIED (a layer is not what its digest says),
 * ERR_UNSUPPORTED (a foreign or encrypted layer, no image), ERR_IO (the disk), ERR_USAGE.
 */
#pragma once

#include "image/reference.h"
#include "image/source.h"

struct layout_layer {
	struct str digest, diff_id, media_type;
	uint64_t size; /* bytes of the blob */
};

/* What makes a manifest. */
struct layout_image {
	struct str config; /* JSON */
	const struct layout_layer *layers;
	size_t n_layers;
	struct str_list annotations; /* "key=value" */
	struct str digest;	     /* of the manifest; set by layout_write */
};

struct layout {
	struct arena arena;
	int dir_fd, blobs_fd;
	struct layout_layer *layers; /* bottom-up, of the image that was taken */
	size_t n_layers;
	struct str config;	    /* JSON */
	struct str name;	    /* tag or reference it had; may be empty */
	struct str manifest_digest; /* empty: its format has none */
	struct str_list annotations;
};

#define LAYOUT_INIT                                                                                \
	{                                                                                          \
		.dir_fd = -1, .blobs_fd = -1                                                       \
	}

/* Makes the folder `name` in dir_fd and copies the image into it, tagged "before". */
int layout_take(struct layout *l, int dir_fd, const char *name, struct source *src,
		struct err *err);
void layout_done(struct layout *l);

/* Adds the image to index.json under that tag, in place of one that had it. */
int layout_write(struct layout *l, struct layout_image *image, const char *tag, struct err *err);

/* Where to, as the user says it. */
struct layout_output {
	enum { OUTPUT_OCI, OUTPUT_DOCKER_ARCHIVE } kind;
	struct str path; /* NUL-terminated */
	struct str tag;	 /* NUL-terminated; empty: latest, none for an archive */
};

/* "oci:DIR[:TAG]", "docker-archive:FILE[:NAME]". Errors: ERR_USAGE. */
int layout_output_parse(const char *text, struct arena *a, struct layout_output *ret,
			struct err *err);

int layout_publish(const struct layout *l, const struct layout_image *image,
		   const struct layout_output *to, struct err *err);

/* The layer's tar: reads the blob and unpacks it. */
int layout_open_tar(int blobs_fd, const struct layout_layer *layer, struct stream **ret,
		    struct err *err);
