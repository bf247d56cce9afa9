/* SPDX-License-Identifier: Apache-2.0 */
#include "image/reference.h"

#include "base/cleanup.h"
#include "crypto/digest.h"

enum { PATH_MAX_BYTES = 255, TAG_MAX_BYTES = 128, DOMAIN_MAX_BYTES = 255 + 6 };

static bool is_lower_alnum(char c)
{
	return char_is_digit(c) || (c >= 'a' && c <= 'z');
}

/* The length of the separator at the start of s: one '.', one or two '_', any run of '-'; 0: none.
 */
static size_t separator_length(struct str s)
{
	size_t n = 0;

	if (s.n == 0)
		return 0;
	while (n < s.n && s.p[n] == s.p[0])
		n++;
	if (s.p[0] == '-')
		return n;
	if (s.p[0] == '_')
		return n <= 2 ? n : 0;
	return s.p[0] == '.' && n == 1 ? 1 : 0;
}

static bool is_path_component(struct str s)
{
	while (s.n && is_lower_alnum(s.p[0])) {
		size_t n;

		while (s.n && is_lower_alnum(s.p[0]))
			s = str_skip(s, 1);
		if (s.n == 0)
			return true;
		n = separator_length(s);
		if (n == 0)
			return false;
		s = str_skip(s, n);
	}
	return false;
}

static bool has_upper(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_lower(s.p[i]) != s.p[i])
			return true;
	return false;
}

static int check_path(struct str path, struct err *err)
{
	struct str rest = path, part;

	if (path.n > PATH_MAX_BYTES)
		return err_set(err, ERR_USAGE, "repository of %zu characters: at most %d", path.n,
			       PATH_MAX_BYTES);
	if (path.n == 0 || path.p[path.n - 1] == '/')
		return err_set(err, ERR_USAGE, "\"%.*s\" ends without a repository name",
			       STR_FMT(path));
	while (str_pull_until(&rest, '/', &part)) {
		if (is_path_component(part))
			continue;
		if (has_upper(part))
			return err_set(err, ERR_USAGE,
				       "repository part \"%.*s\" has capital letters: "
				       "repositories are lower case",
				       STR_FMT(part));
		return err_set(err, ERR_USAGE,
			       "repository part \"%.*s\": expected a-z and 0-9, with single "
			       "'.', '_', '__' or '-' between them",
			       STR_FMT(part));
	}
	return 0;
}

static bool is_host_label(struct str s)
{
	if (s.n == 0 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

static bool is_ipv6_text(struct str s)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ':')
			colons++;
		else if (char_hex(s.p[i]) < 0)
			return false;
	}
	return colons >= 2 && s.n <= 39;
}

static bool is_host(struct str host)
{
	struct str label;

	if (host.n > 2 && host.p[0] == '[')
		return host.p[host.n - 1] == ']' && is_ipv6_text(str_sub(host, 1, host.n - 2));
	if (host.n == 0 || host.p[host.n - 1] == '.')
		return false;
	while (str_pull_until(&host, '.', &label))
		if (!is_host_label(label))
			return false;
	return true;
}

static int check_domain(struct str domain, struct err *err)
{
	struct str host = domain, port = STR_NULL;
	size_t bracket = str_rfind_char(domain, ']');
	struct str tail = bracket < domain.n ? str_skip(domain, bracket) : domain;
	uint64_t number = 1;

	if (domain.n > DOMAIN_MAX_BYTES)
		return err_set(err, ERR_USAGE, "registry name of %zu characters: at most %d",
			       domain.n, DOMAIN_MAX_BYTES);
	if (str_find_char(tail, ':') < tail.n)
		(void)str_rcut(domain, ':', &host, &port); /* seen just above */
	if (port.p && (!str_parse_u64(port, &number) || number == 0 || number > 65535))
		return err_set(err, ERR_USAGE, "registry \"%.*s\": \"%.*s\" is no port (1-65535)",
			       STR_FMT(domain), STR_FMT(port));
	if (!is_host(host))
		return err_set(err, ERR_USAGE, "\"%.*s\" is no registry host name", STR_FMT(host));
	return 0;
}

static int check_tag(struct str tag, struct err *err)
{
	if (tag.n == 0)
		return err_set(err, ERR_USAGE, "nothing follows the ':' of the tag");
	if (tag.n > TAG_MAX_BYTES)
		return err_set(err, ERR_USAGE, "tag of %zu characters: at most %d", tag.n,
			       TAG_MAX_BYTES);
	for (size_t i = 0; i < tag.n; i++) {
		char c = tag.p[i];

		if (char_is_alnum(c) || c == '_' || (i > 0 && (c == '.' || c == '-')))
			continue;
		return err_set(err, ERR_USAGE,
			       "tag \"%.*s\": character %zu: expected a letter, a digit, '_', "
			       "or behind the first '.' or '-'",
			       STR_FMT(tag), i + 1);
	}
	return 0;
}

/* Whether the first part of a name is a registry and not the start of a Docker Hub path. */
static bool looks_like_domain(struct str first)
{
	return str_find_char(first, '.') < first.n || str_find_char(first, ':') < first.n ||
	       str_is(first, "localhost") || has_upper(first);
}

static void split_name(struct str name, struct reference *ret)
{
	struct str first, rest;

	ret->is_short = !str_cut(name, '/', &first, &rest) || !looks_like_domain(first);
	ret->domain = ret->is_short ? STR("docker.io") : first;
	ret->path = ret->is_short ? name : rest;
	if (str_is(ret->domain, "index.docker.io"))
		ret->domain = STR("docker.io");
}

static bool is_image_id(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (char_hex(name.p[i]) < 0)
			return false;
	return name.n == 64;
}

/* Cuts tag and digest off the name; what is left of text is the name. */
static int split_version(struct str *text, struct reference *ret, struct err *err)
{
	struct str name = *text, tag = STR_NULL, digest = STR_NULL;
	struct digest_value value;
	size_t slash;
	int r;

	if (str_cut(*text, '@', &name, &digest)) {
		r = digest_parse(digest, &value, err);
		if (r < 0)
			return r;
	}
	slash = str_rfind_char(name, '/');
	if (str_rfind_char(name, ':') < name.n &&
	    (slash == name.n || str_rfind_char(name, ':') > slash)) {
		(void)str_rcut(name, ':', &name, &tag); /* seen just above */
		r = check_tag(tag, err);
		if (r < 0)
			return r;
	}
	*text = name;
	ret->tag = tag.n || digest.n ? tag : STR("latest");
	ret->digest = digest;
	return 0;
}

static int copy_parts(const struct reference *in, struct arena *a, struct reference *ret,
		      struct err *err)
{
	bool library =
		str_is(in->domain, "docker.io") && str_find_char(in->path, '/') == in->path.n;
	struct reference copy = {.is_short = in->is_short};

	copy.domain = arena_str(a, in->domain);
	copy.path =
		library ? arena_strf(a, "library/%.*s", STR_FMT(in->path)) : arena_str(a, in->path);
	copy.tag = in->tag.n ? arena_str(a, in->tag) : STR_NULL;
	copy.digest = in->digest.n ? arena_str(a, in->digest) : STR_NULL;
	if (!copy.domain.p || !copy.path.p || (in->tag.n && !copy.tag.p) ||
	    (in->digest.n && !copy.digest.p))
		return err_nomem(err);
	if (copy.path.n > PATH_MAX_BYTES)
		return err_set(err, ERR_USAGE,
			       "repository of %zu characters with library/: at most %d",
			       copy.path.n, PATH_MAX_BYTES);
	*ret = copy;
	return 0;
}

static int parse_parts(struct str text, struct reference *ret, struct err *err)
{
	struct str name = text;
	int r;

	if (text.n == 0)
		return err_set(err, ERR_USAGE, "it is empty");
	if (str_find(text, STR("://")) < text.n)
		return err_set(err, ERR_USAGE, "it is a URL: write it without the scheme");
	r = split_version(&name, ret, err);
	if (r < 0)
		return r;
	if (name.n == 0)
		return err_set(err, ERR_USAGE, "the name is missing");
	if (is_image_id(name))
		return err_set(err, ERR_USAGE,
			       "a name of 64 hex digits is an image id: write sha256:<id> "
			       "behind a repository and '@'");
	split_name(name, ret);
	r = check_domain(ret->domain, err);
	if (r < 0)
		return r;
	return check_path(ret->path, err);
}

int reference_parse(struct str text, struct arena *a, struct reference *ret, struct err *err)
{
	struct reference parts = {0};
	int r = parse_parts(text, &parts, err);

	if (r < 0)
		return err_wrap(err, r, "image reference \"%.*s\"", STR_FMT(str_sub(text, 0, 200)));
	return copy_parts(&parts, a, ret, err);
}

void reference_format(const struct reference *ref, struct strbuf *sb)
{
	strbuf_addf(sb, "%.*s/%.*s", STR_FMT(ref->domain), STR_FMT(ref->path));
	if (ref->tag.n)
		strbuf_addf(sb, ":%.*s", STR_FMT(ref->tag));
	if (ref->digest.n)
		strbuf_addf(sb, "@%.*s", STR_FMT(ref->digest));
}

static const struct {
	enum transport transport;
	const char *prefix;
	const char *name;
} transports[] = {
	{TRANSPORT_CONTAINER, "container:", "container"},
	{TRANSPORT_CONTAINERD, "containerd:", "containerd"},
	{TRANSPORT_CONTAINERS_STORAGE, "containers-storage:", "containers-storage"},
	{TRANSPORT_DOCKER, "docker://", "docker"},
	{TRANSPORT_DOCKER_ARCHIVE, "docker-archive:", "docker-archive"},
	{TRANSPORT_DOCKER_DAEMON, "docker-daemon:", "docker-daemon"},
	{TRANSPORT_GIT, "git:", "git"},
	{TRANSPORT_OCI, "oci:", "oci"},
	{TRANSPORT_OCI_ARCHIVE, "oci-archive:", "oci-archive"},
	{TRANSPORT_PODMAN, "podman:", "podman"},
	{TRANSPORT_ROOTFS, "rootfs:", "rootfs"},
	{TRANSPORT_SBOM, "sbom:", "sbom"},
};

enum transport transport_parse(struct str target, struct str *ret_rest)
{
	*ret_rest = target;
	for (size_t i = 0; i < ARRAY_LEN(transports); i++)
		if (str_pull_prefix(ret_rest, str_of(transports[i].prefix)))
			return transports[i].transport;
	return TRANSPORT_NONE;
}

const char *transport_name(enum transport t)
{
	for (size_t i = 0; i < ARRAY_LEN(transports); i++)
		if (transports[i].transport == t)
			return transports[i].name;
	return "";
}
