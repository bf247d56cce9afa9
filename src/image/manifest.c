/* SPDX-License-Identifier: Apache-2.0 */
#include "image/manifest.h"

#include <errno.h>
#include <sys/utsname.h>

#include "base/limits.h"
#include "codec/json.h"
#include "crypto/digest.h"
#include "image/oci_form.h"
#include "image/reference.h"

bool media_type_is_index(struct str t)
{
	return str_is(t, "application/vnd.oci.image.index.v1+json") ||
	       str_is(t, "application/vnd.docker.distribution.manifest.list.v2+json");
}

bool media_type_is_foreign(struct str t)
{
	return str_find(t, STR("nondistributable")) < t.n || str_find(t, STR(".foreign.")) < t.n;
}

bool media_type_is_encrypted(struct str t)
{
	return str_has_suffix(t, STR("+encrypted"));
}

/* A copy in the arena; nothing for the empty string. Without memory *r gets -ERR_NOMEM. */
static struct str copy(struct arena *a, struct str s, int *r)
{
	struct str c = s.n ? arena_str(a, s) : STR_NULL;

	if (s.n && !c.p)
		*r = -ERR_NOMEM;
	return c;
}

static struct platform read_platform(const struct json *v, struct arena *a, int *r)
{
	return (struct platform){copy(a, json_get_str(v, "os"), r),
				 copy(a, json_get_str(v, "architecture"), r),
				 copy(a, json_get_str(v, "variant"), r)};
}

static int descriptor_read(const struct json *v, struct arena *a, struct descriptor *ret,
			   struct err *err)
{
	const struct json *notes = json_get(v, "annotations");
	int64_t size = 0;
	int r = 0;

	(void)json_get_int(v, "size", &size); /* its form was checked before */
	*ret = (struct descriptor){.size = (uint64_t)size};
	ret->has_urls = json_len(json_get(v, "urls")) > 0;
	ret->digest = copy(a, json_get_str(v, "digest"), &r);
	ret->media_type = copy(a, json_get_str(v, "mediaType"), &r);
	ret->platform = read_platform(json_get(v, "platform"), a, &r);
	ret->ref_name = copy(a, json_get_str(notes, "org.opencontainers.image.ref.name"), &r);
	ret->image_name = copy(a, json_get_str(notes, "io.containerd.image.name"), &r);
	return r < 0 ? err_nomem(err) : 0;
}

static int descriptors_read(const struct json *list, size_t max, const char *limit, struct arena *a,
			    struct descriptor **ret, size_t *ret_n, struct err *err)
{
	size_t n = json_len(list);

	if (n > max)
		return err_set(err, ERR_LIMIT, "%zu entries: more than %s (%zu)", n, limit, max);
	*ret = arena_array(a, n ? n : 1, sizeof **ret);
	if (!*ret)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		int r = descriptor_read(json_at(list, i), a, &(*ret)[i], err);

		if (r < 0)
			return err_wrap(err, r, "entry %zu", i + 1);
	}
	*ret_n = n;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int annotations_read(const struct json *map, struct arena *a, struct str_list *ret,
			    struct err *err)
{
	struct str *p = arena_array(a, json_len(map) + 1, sizeof *p), key;
	const struct json *value;
	void *at = NULL;
	size_t n = 0;

	if (!p)
		return err_nomem(err);
	while (json_each(map, &at, &key, &value)) {
		p[n] = arena_strf(a, "%.*s=%.*s", STR_FMT(key), STR_FMT(json_str(value)));
		if (!p[n++].p)
			return err_nomem(err);
	}
	qsort(p, n, sizeof *p, compare);
	*ret = (struct str_list){p, n};
	return 0;
}

int manifest_parse(struct str bytes, struct arena *a, struct manifest *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(bytes, &doc, err);

	*ret = (struct manifest){0};
	if (r < 0)
		return r;
	if (media_type_is_index(json_get_str(doc, "mediaType")) || json_get(doc, "manifests"))
		return err_set(err, ERR_FORMAT, "expected a manifest, this is an index");
	r = oci_form_check(OCI_MANIFEST, doc, err);
	if (r < 0)
		return r;
	ret->media_type = copy(a, json_get_str(doc, "mediaType"), &r);
	if (r < 0)
		return err_nomem(err);
	r = descriptor_read(json_get(doc, "config"), a, &ret->config, err);
	if (r < 0)
		return err_wrap(err, r, "config");
	r = descriptors_read(json_get(doc, "layers"), LIMIT_LAYERS, "layers", a, &ret->layers,
			     &ret->n_layers, err);
	if (r < 0)
		return err_wrap(err, r, "layers");
	return annotations_read(json_get(doc, "annotations"), a, &ret->annotations, err);
}

int index_parse(struct str bytes, struct arena *a, struct image_index *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(bytes, &doc, err);

	*ret = (struct image_index){0};
	if (r == 0)
		r = oci_form_check(OCI_INDEX, doc, err);
	if (r < 0)
		return r;
	r = descriptors_read(json_get(doc, "manifests"), LIMIT_INDEX_MANIFESTS, "index_manifests",
			     a, &ret->manifests, &ret->n, err);
	return r < 0 ? err_wrap(err, r, "manifests") : 0;
}

static int diff_ids_read(const struct json *list, struct arena *a, struct image_config *ret,
			 struct err *err)
{
	size_t n = json_len(list);
	int r = 0;

	if (n > LIMIT_LAYERS)
		return err_set(err, ERR_LIMIT, "%zu entries: more than layers (%d)", n,
			       (int)LIMIT_LAYERS);
	ret->diff_ids = arena_array(a, n ? n : 1, sizeof *ret->diff_ids);
	if (!ret->diff_ids)
		return err_nomem(err);
	for (size_t i = 0; i < n && r == 0; i++) {
		ret->diff_ids[i] = copy(a, json_str(json_at(list, i)), &r);
	}
	ret->n_diff_ids = n;
	return r < 0 ? err_nomem(err) : 0;
}

int image_config_parse(struct str bytes, struct arena *a, struct image_config *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(bytes, &doc, err);

	*ret = (struct image_config){0};
	if (r == 0)
		r = oci_form_check(OCI_CONFIG, doc, err);
	if (r < 0)
		return r;
	ret->platform = read_platform(doc, a, &r);
	if (r < 0)
		return err_nomem(err);
	r = diff_ids_read(json_get(json_get(doc, "rootfs"), "diff_ids"), a, ret, err);
	return r < 0 ? err_wrap(err, r, "rootfs.diff_ids") : 0;
}

/* What kernels and distributions call the architectures of images. */
static const struct {
	const char *name, *arch, *variant;
} arch_names[] = {
	{"aarch64", "arm64", ""}, {"armel", "arm", "v6"},
	{"armhf", "arm", "v7"},	  {"armv6l", "arm", "v6"},
	{"armv7l", "arm", "v7"},  {"i386", "386", ""},
	{"i686", "386", ""},	  {"x86-64", "amd64", ""},
	{"x86_64", "amd64", ""},  {"loongarch64", "loong64", ""},
};

/* "os/machine" as the kernel says it. */
static int machine(char *ret, size_t size, struct err *err)
{
	struct utsname name;

	if (uname(&name) < 0)
		return err_errno(err, errno, "uname");
	(void)snprintf(ret, size, "linux/%s", name.machine); /* cut: then no image matches */
	return 0;
}

int platform_parse(const char *text, struct platform *ret, struct err *err)
{
	static _Thread_local char here[80];
	struct str rest;

	if (!text && machine(here, sizeof here, err) < 0)
		return -ERR_IO;
	rest = str_of(text ? text : here);
	*ret = (struct platform){0};
	if (str_cut(rest, '/', &ret->os, &rest) && !str_cut(rest, '/', &ret->arch, &ret->variant))
		ret->arch = rest;
	for (size_t i = 0; i < ARRAY_LEN(arch_names); i++)
		if (str_is(ret->arch, arch_names[i].name)) {
			ret->arch = str_of(arch_names[i].arch);
			if (!ret->variant.n)
				ret->variant = str_of(arch_names[i].variant);
		}
	if (!ret->os.n || !ret->arch.n)
		return err_set(err, ERR_USAGE, "platform \"%s\": expected os/arch[/variant]",
			       text ? text : here);
	return 0;
}

int platform_check(const char *asked, const struct platform *have, struct err *err)
{
	struct platform want;
	int r = platform_parse(asked, &want, err);

	if (r < 0 || !asked || platform_matches(have, &want))
		return r;
	return err_set(err, ERR_USAGE, "no image for platform %s; there is: %.*s/%.*s", asked,
		       STR_FMT(have->os), STR_FMT(have->arch));
}

static bool part_matches(struct str have, struct str want)
{
	return !have.n || !want.n || str_eq(have, want);
}

/* What an architecture means when it says no variant; 0: its variants are no generations. */
static uint64_t usual_generation(struct str arch)
{
	return str_is(arch, "arm") ? 7 : str_is(arch, "arm64") ? 8 : str_is(arch, "amd64") ? 1 : 0;
}

/* The number in "v7" or "7". */
static uint64_t generation(const struct platform *p)
{
	struct str text = p->variant;
	uint64_t n = 0;

	if (text.n == 0)
		return usual_generation(p->arch);
	(void)str_pull_prefix(&text, STR("v"));
	return str_parse_u64(text, &n) && n < 30 ? n : 0;
}

/* 2 to 100; 0: does not run there. */
static int variant_rank(const struct platform *have, const struct platform *want)
{
	uint64_t h = generation(have), w = generation(want);
	bool unsaid = !have->variant.n || !want->variant.n;

	if (str_eq(have->variant, want->variant))
		return 100;
	if (!h || !w)
		return unsaid ? 20 : 0;
	if (h == w)
		return unsaid ? 98 : 99;
	if (h < w && !str_is(want->arch, "arm64"))
		return 50 + (int)h;
	return want->variant.n ? 0 : 40 - (int)h;
}

int platform_rank(const struct platform *have, const struct platform *want)
{
	if (!part_matches(have->os, want->os) || !part_matches(have->arch, want->arch))
		return 0;
	if (!have->os.n || !have->arch.n)
		return 1;
	return variant_rank(have, want);
}

int digest_check(struct str bytes, struct str promised, const char *what, struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value want, got;
	char text[DIGEST_TEXT_MAX];
	int r = digest_parse(promised, &want, err);

	if (r == 0)
		r = digest_init(&d, want.algorithm, err);
	if (r < 0)
		return err_wrap(err, r, "%s", what);
	digest_update(&d, bytes);
	digest_final(&d, &got);
	if (digest_eq(&want, &got))
		return 0;
	return err_set(err, ERR_DENIED, "%s: promised %.*s, its bytes are %.*s", what,
		       STR_FMT(promised), STR_FMT(digest_format(&got, text)));
}

static bool normalise(struct str name, struct arena *a, struct strbuf *sb)
{
	struct reference ref;

	if (reference_parse(name, a, &ref, NULL) < 0)
		return false;
	reference_format(&ref, sb);
	return strbuf_check(sb, NULL) == 0;
}

bool image_name_eq(struct str a, struct str b)
{
	CLEANUP(strbuf_done) struct strbuf left = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf right = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct arena arena;
	bool same;

	if (str_eq(a, b))
		return true;
	arena_init(&arena, LIMIT_PATH_BYTES * 16);
	same = normalise(a, &arena, &left) && normalise(b, &arena, &right) &&
	       str_eq(strbuf_str(&left), strbuf_str(&right));
	arena_done(&arena);
	return same;
}
