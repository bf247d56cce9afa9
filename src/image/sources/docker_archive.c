/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives of `docker save`, `podman save` and builders that write the same: a manifest.json that
 * lists images by config, tags and layer members (Docker image specification v1.2, "Combined Image
 * JSON + Filesystem Changeset Format").
 */
#include "base/limits.h"
#include "base/path.h"
#include "codec/json.h"
#include "crypto/digest.h"
#include "image/manifest.h"
#include "image/sources/archive.h"

static int read_member(struct source *src, struct str path, struct strbuf *sb, struct err *err)
{
	const struct archive_member *m = NULL;
	int r = archive_find(src->members, path, &m, err);

	return r < 0 ? r : archive_read(src->members, m, sb, err);
}

/* The tags of all images, for the message that asks for a choice. */
static void list_tags(const struct json *images, struct strbuf *sb)
{
	for (size_t i = 0; i < json_len(images); i++) {
		const struct json *tags = json_get(json_at(images, i), "RepoTags");
		struct str config = json_get_str(json_at(images, i), "Config");

		for (size_t k = 0; k < json_len(tags); k++)
			strbuf_addf(sb, "%s%.*s", sb->n ? ", " : "",
				    STR_FMT(json_str(json_at(tags, k))));
		if (json_len(tags) == 0)
			strbuf_addf(sb, "%suntagged %.*s", sb->n ? ", " : "", STR_FMT(config));
	}
}

static bool is_chosen(const struct json *image, struct str choice, struct str *ret_tag)
{
	const struct json *tags = json_get(image, "RepoTags");

	for (size_t i = 0; i < json_len(tags); i++)
		if (image_name_eq(json_str(json_at(tags, i)), choice)) {
			*ret_tag = json_str(json_at(tags, i));
			return true;
		}
	return str_eq(json_get_str(image, "Config"), choice);
}

static int choose(const struct json *images, const char *choice, const struct json **ret,
		  struct str *ret_tag, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf tags = STRBUF_INIT(ERR_MSG_MAX);
	size_t n = json_len(images);

	if (json_kind_of(images) != JSON_KIND_LIST || n == 0)
		return err_set(err, ERR_FORMAT, "manifest.json: expected a list of images");
	for (size_t i = 0; choice && i < n; i++)
		if (is_chosen(json_at(images, i), str_of(choice), ret_tag)) {
			*ret = json_at(images, i);
			return 0;
		}
	if (!choice && n == 1) {
		*ret = json_at(images, 0);
		*ret_tag = json_str(json_at(json_get(*ret, "RepoTags"), 0));
		return 0;
	}
	list_tags(images, &tags);
	if (choice)
		return err_set(err, ERR_USAGE, "no image \"%s\" in the archive; there are: %s",
			       choice, strbuf_cstr(&tags));
	return err_set(err, ERR_USAGE,
		       "%zu images in the archive, choose one of: %s (docker-archive:FILE:TAG)", n,
		       strbuf_cstr(&tags));
}

static bool is_sha256_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0 || (s.p[i] >= 'A' && s.p[i] <= 'F'))
			return false;
	return s.n == 64;
}

/* The hex that the name of a config carries: "<hex>.json", "sha256:<hex>", "blobs/sha256/<hex>". */
static struct str config_hex(struct str name)
{
	struct str base = path_base(name);

	str_pull_prefix(&base, STR("sha256:"));
	if (str_has_suffix(base, STR(".json")))
		base.n -= 5;
	return is_sha256_hex(base) ? base : STR_NULL;
}

static int name_config(struct source *src, struct err *err)
{
	char text[DIGEST_TEXT_MAX];
	struct digest_value digest;
	int r = digest_of(src->config, &digest, err);

	if (r < 0)
		return r;
	src->config_digest = arena_str(&src->arena, digest_format(&digest, text));
	return src->config_digest.p ? 0 : err_nomem(err);
}

static int read_config(struct source *src, struct str name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct str hex = config_hex(name);
	int r;

	if (!name.n)
		return err_set(err, ERR_FORMAT, "manifest.json: an image without Config");
	r = read_member(src, name, &sb, err);
	if (r < 0)
		return err_wrap(err, r, "config");
	src->config = arena_str(&src->arena, strbuf_str(&sb));
	if (!src->config.p)
		return err_nomem(err);
	if (!hex.n) /* nothing is promised then */
		return name_config(src, err);
	src->config_digest = arena_strf(&src->arena, "sha256:%.*s", STR_FMT(hex));
	if (!src->config_digest.p)
		return err_nomem(err);
	return digest_check(src->config, src->config_digest, "config", err);
}

static int read_layer(struct source *src, size_t i, struct str name, struct err *err)
{
	struct source_layer *layer = &src->layers[i];
	const struct archive_member *m = NULL;
	int r = archive_find(src->members, name, &m, err);

	if (r < 0)
		return err_wrap(err, r, "layer %zu", i + 1);
	layer->size = m->size;
	archive_use_layer(src, layer, m);
	return 0;
}

static int read_layers(struct source *src, const struct json *names, const struct source_request *q,
		       struct err *err)
{
	struct image_config config;
	size_t n = json_len(names);
	int r = image_config_parse(src->config, &src->arena, &config, err);

	if (r < 0)
		return err_wrap(err, r, "config");
	r = platform_check(q->platform, &config.platform, err);
	if (r < 0)
		return r;
	if (json_kind_of(names) != JSON_KIND_LIST && json_kind_of(names) != JSON_KIND_NULL)
		return err_set(err, ERR_FORMAT, "manifest.json: Layers: expected a list");
	if (n != config.n_diff_ids)
		return err_set(err, ERR_FORMAT, "manifest.json has %zu layers, the config %zu", n,
			       config.n_diff_ids);
	src->layers = arena_array(&src->arena, n ? n : 1, sizeof *src->layers);
	if (!src->layers)
		return err_nomem(err);
	src->n_layers = n;
	for (size_t i = 0; i < n; i++) {
		src->layers[i].diff_id = config.diff_ids[i];
		r = read_layer(src, i, json_str(json_at(names, i)), err);
		if (r < 0)
			return r;
	}
	return 0;
}

int docker_archive_fill(struct source *src, const struct source_request *q, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(json_freep) struct json *images = NULL;
	const struct json *image = NULL;
	struct str tag = STR_NULL;
	int r = read_member(src, STR("manifest.json"), &sb, err);

	if (r < 0)
		return r;
	r = json_parse(strbuf_str(&sb), &images, err);
	if (r < 0)
		return err_wrap(err, r, "manifest.json");
	r = choose(images, q->choice, &image, &tag, err);
	if (r < 0)
		return r;
	src->name = arena_str(&src->arena, tag);
	if (!src->name.p)
		return err_nomem(err);
	r = read_config(src, json_get_str(image, "Config"), err);
	return r < 0 ? r : read_layers(src, json_get(image, "Layers"), q, err);
}
