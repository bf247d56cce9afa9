/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "inventory/distro_draft.h"

enum form { ROLLING, MAJOR, MINOR, FULL };

static const struct family {
	const char *id, *key;
	enum form form;
	const char *base;
} families[] = {
#define DISTRO_FAMILY(id, key, form, base) {id, key, form, base},
#include "inventory/distro_family.def"
#undef DISTRO_FAMILY
};

static const struct known_release {
	const char *release, *codename, *eol, *eol_extended;
} releases[] = {
#define DISTRO_RELEASE(release, codename, eol, eol_extended) {release, codename, eol, eol_extended},
#include "inventory/distro_eol.def"
#undef DISTRO_RELEASE
};

static const struct family *family_find(struct str id)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (str_is(id, families[i].id))
			return &families[i];
	return NULL;
}

static const struct known_release *release_find(struct str release)
{
	for (size_t i = 0; release.n && i < ARRAY_LEN(releases); i++)
		if (str_is(release, releases[i].release))
			return &releases[i];
	return NULL;
}

/* "debian" "bookworm" -> "debian-12" */
static struct str release_of_codename(const char *key, struct str codename)
{
	for (size_t i = 0; codename.n && i < ARRAY_LEN(releases); i++) {
		struct str rest = str_of(releases[i].release);

		if (str_is(codename, releases[i].codename) && str_pull_prefix(&rest, str_of(key)) &&
		    str_has_prefix(rest, STR("-")))
			return str_of(releases[i].release);
	}
	return STR_NULL;
}

/* The first n numbers of a version: "3.18.9", 2 -> "3.18"; "6Server", 1 -> "6". */
static struct str leading_numbers(struct str version, size_t n)
{
	size_t i = 0;

	for (; i < version.n; i++) {
		if (version.p[i] == '.' && n > 1 && i > 0 && i + 1 < version.n &&
		    char_is_digit(version.p[i + 1]))
			n--;
		else if (!char_is_digit(version.p[i]))
			break;
	}
	return str_sub(version, 0, i);
}

static struct str version_part(struct str version, enum form form)
{
	switch (form) {
	case ROLLING:
		return STR_NULL;
	case MAJOR:
		return leading_numbers(version, 1);
	case MINOR:
		return leading_numbers(version, 2);
	case FULL:
		return version;
	}
	return STR_NULL;
}

/* Keys become names of files and rows: nothing but this gets into them. */
static bool is_key(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !memchr("._+~-", s.p[i], 5))
			return false;
	return s.n > 0;
}

static struct str join(struct distro_draft *draft, const char *key, struct str version)
{
	struct str lower = distro_lower(draft, version);

	return is_key(lower) ? distro_made(draft,
					   arena_strf(draft->arena, "%s-%.*s", key, STR_FMT(lower)))
			     : STR_NULL;
}

static bool has(struct str s, const char *part)
{
	return str_find(s, str_of(part)) < s.n;
}

/* Amazon's first line counted years (2010.11 to 2018.03) over one rolling repository. */
static struct str amazon_version(struct str version)
{
	return str_has_prefix(version, STR("201")) ? STR("1") : version;
}

/* VERSION "22.03 (LTS-SP1)" is a release apart from 22.03: "openeuler-22.03-lts-sp1". */
static struct str openeuler_release(struct distro_draft *draft)
{
	struct str before, tail, number = leading_numbers(draft->d.version_id, 2);

	if (number.n == 0 || !str_cut(draft->version, '(', &before, &tail))
		return join(draft, "openeuler", number);
	tail = str_sub(tail, 0, str_find_char(tail, ')'));
	return join(draft, "openeuler",
		    distro_made(draft, arena_strf(draft->arena, "%.*s-%.*s", STR_FMT(number),
						  STR_FMT(tail))));
}

/* ID=opensuse was Tumbleweed, Leap 42 and all that came before them. */
static const char *opensuse_key(const struct distro *d)
{
	if (has(d->name, "Tumbleweed") || d->version_id.n >= 8)
		return "opensuse-tumbleweed";
	return has(d->name, "Leap") || str_has_prefix(d->version_id, STR("42.")) ? "opensuse-leap"
										 : "opensuse";
}

static bool repositories_are_edge(struct distro_draft *draft)
{
	struct str bytes, line;
	bool edge = false;

	if (!distro_get(draft, "etc/apk/repositories", &bytes))
		return false;
	while (str_pull_line(&bytes, &line)) {
		line = str_trim(line);
		if (str_has_prefix(line, STR("#")) || !str_has_suffix(line, STR("/main")))
			continue;
		if (str_has_prefix(line, STR("@"))) /* pinned: only where asked for */
			continue;
		if (!str_has_suffix(line, STR("/edge/main")))
			return false;
		edge = true;
	}
	return edge;
}

static void find_branch(struct distro_draft *draft)
{
	struct distro *d = &draft->d;

	if (str_is(d->id, "alpine") && (has(d->version_id, "_alpha") ||
					has(d->version_id, "edge") || repositories_are_edge(draft)))
		draft->branch = "edge";
	if (str_is(d->id, "debian") && d->version_id.n == 0 && str_is(d->codename, "sid"))
		draft->branch = "sid";
}

static struct str family_release(struct distro_draft *draft, const struct family *f)
{
	struct distro *d = &draft->d;
	struct str version = d->version_id;
	const char *key = f->key;
	enum form form = f->form;

	if (str_is(d->id, "openeuler"))
		return openeuler_release(draft);
	if (strcmp(key, "amazonlinux") == 0)
		version = amazon_version(version);
	else if (str_is(d->id, "centos") && has(d->name, "Stream"))
		key = "centos-stream";
	else if (str_is(d->id, "opensuse"))
		key = opensuse_key(d);
	if (strcmp(key, "opensuse-tumbleweed") == 0)
		form = ROLLING;
	if (strcmp(key, "slackware") == 0 && str_has_suffix(version, STR("+")))
		return STR("slackware-current");
	if (form == ROLLING)
		return str_of(key);
	version = version_part(version, form);
	return version.n ? join(draft, key, version) : release_of_codename(key, d->codename);
}

static struct str own_release(struct distro_draft *draft)
{
	struct distro *d = &draft->d;
	const struct family *f = family_find(d->id);

	if (!is_key(d->id))
		return STR_NULL;
	if (f && draft->branch)
		return distro_made(draft, arena_strf(draft->arena, "%s-%s", f->key, draft->branch));
	if (f)
		return family_release(draft, f);
	/* An unknown one: its own words are its key. */
	if (d->version_id.n == 0)
		return d->id;
	return is_key(d->version_id)
		       ? distro_made(draft, arena_strf(draft->arena, "%.*s-%.*s", STR_FMT(d->id),
						       STR_FMT(d->version_id)))
		       : STR_NULL;
}

static bool is_like(const struct distro *d, const char *id)
{
	for (size_t i = 0; i < d->id_like.n; i++)
		if (str_is(d->id_like.p[i], id))
			return true;
	return false;
}

static const char *base_of(const struct distro *d)
{
	const struct family *f = family_find(d->id);

	if (f)
		return f->base;
	if (is_like(d, "ubuntu"))
		return "ubuntu";
	if (is_like(d, "debian"))
		return "debian";
	return is_like(d, "rhel") ? "rhel" : "";
}

/* Devuan's first release was made from Debian 8. */
static struct str devuan_base(struct distro_draft *draft)
{
	uint64_t n;

	if (!str_parse_u64(leading_numbers(draft->d.version_id, 1), &n) || n == 0 || n > 1000)
		return STR_NULL;
	return distro_made(draft, arena_strf(draft->arena, "debian-%d", (int)n + 7));
}

static struct str debian_base(struct distro_draft *draft)
{
	struct distro *d = &draft->d;
	struct str found;

	if (str_is(d->id, "devuan"))
		return devuan_base(draft);
	found = release_of_codename("debian", draft->debian_codename);
	if (found.n == 0)
		found = release_of_codename("debian", d->codename);
	if (found.n == 0 && str_is(d->id, "raspbian"))
		found = join(draft, "debian", leading_numbers(d->version_id, 1));
	return found;
}

static struct str base_release(struct distro_draft *draft)
{
	const char *base = base_of(&draft->d);
	struct str found = STR_NULL;

	if (strcmp(base, "ubuntu") == 0)
		found = release_of_codename("ubuntu", draft->ubuntu_codename);
	if (strcmp(base, "debian") == 0 || (strcmp(base, "ubuntu") == 0 && found.n == 0))
		return found.n ? found : debian_base(draft);
	if (strcmp(base, "rhel") == 0)
		found = join(draft, base, leading_numbers(draft->d.version_id, 1));
	else if (strcmp(base, "sles") == 0)
		found = join(draft, base, draft->d.version_id);
	else if (strcmp(base, "arch") == 0)
		return str_of(base);
	/* A number that its base never had is a coincidence of counting. */
	return strcmp(base, "ubuntu") == 0 || release_find(found) ? found : STR_NULL;
}

void distro_set_release(struct distro_draft *draft)
{
	struct distro *d = &draft->d;
	const struct known_release *known;

	find_branch(draft);
	d->release = own_release(draft);
	d->base_release = base_release(draft);
	known = release_find(d->release);
	if (!known)
		return;
	if (d->codename.n == 0)
		d->codename = str_of(known->codename);
	d->eol = str_of(known->eol);
	d->eol_extended = str_of(known->eol_extended);
	if (d->eol.n)
		d->eol_as_of = STR(DISTRO_EOL_AS_OF);
}
