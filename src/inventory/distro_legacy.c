/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How distributions said who they are before os-release (2012), by example:
 *
 *     etc/alpine-release      3.2.3
 *     etc/redhat-release      Red Hat Enterprise Linux AS release 4 (Nahant Update 8)
 *     etc/centos-release      CentOS release 6.10 (Final)
 *     etc/system-release      Amazon Linux AMI release 2018.03
 *     etc/system-release-cpe  cpe:/o:centos:linux:6:GA
 *     etc/SuSE-release        SUSE Linux Enterprise Server 11 (x86_64)
 *                             VERSION = 11
 *                             PATCHLEVEL = 4
 *     etc/lsb-release         DISTRIB_ID=Ubuntu
 *                             DISTRIB_RELEASE=10.04
 *     etc/debian_version      6.0.10        or        squeeze/sid
 */
#include "base/cleanup.h"
#include "inventory/distro_draft.h"
#include "inventory/shell_vars.h"

/* The longer of two names that share a beginning stands first. */
static const struct {
	const char *prefix, *id;
} names[] = {
	{"AlmaLinux", "almalinux"},
	{"Amazon Linux", "amzn"},
	{"Anolis OS", "anolis"},
	{"Arch", "arch"},
	{"CBL-Mariner", "mariner"},
	{"CentOS", "centos"},
	{"CloudLinux", "cloudlinux"},
	{"Common Base Linux Mariner", "mariner"},
	{"Debian", "debian"},
	{"Enterprise Linux Enterprise Linux", "ol"},
	{"EuroLinux", "eurolinux"},
	{"Fedora", "fedora"},
	{"Gentoo", "gentoo"},
	{"LinuxMint", "linuxmint"},
	{"Mageia", "mageia"},
	{"Mandriva", "mandriva"},
	{"Manjaro", "manjaro"},
	{"Microsoft Azure Linux", "azurelinux"},
	{"openEuler", "openeuler"},
	{"openSUSE", "opensuse"},
	{"OpenWrt", "openwrt"},
	{"Oracle Linux", "ol"},
	{"Photon", "photon"},
	{"Red Hat Enterprise Linux", "rhel"},
	{"Rocky Linux", "rocky"},
	{"Scientific Linux", "scientific"},
	{"Slackware", "slackware"},
	{"Springdale", "springdale"},
	{"SUSE Linux Enterprise Desktop", "sled"},
	{"SUSE Linux Enterprise Server", "sles"},
	{"Ubuntu", "ubuntu"},
	{"Virtuozzo", "virtuozzo"},
	{"VMware Photon", "photon"},
};

static struct str id_of_name(struct distro_draft *draft, struct str name)
{
	struct str word;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str prefix = str_of(names[i].prefix);

		if (str_eq_nocase(str_sub(name, 0, prefix.n), prefix))
			return str_of(names[i].id);
	}
	if (!str_pull_word(&name, &word))
		return STR_NULL;
	for (size_t i = 0; i < word.n; i++)
		if (!char_is_alnum(word.p[i]))
			return STR_NULL;
	return distro_lower(draft, word);
}

static struct str first_line(struct str bytes)
{
	struct str line = STR_NULL;

	while (str_pull_line(&bytes, &line) && str_trim(line).n == 0)
		;
	return str_trim(line);
}

/* "Nahant Update 8" -> "8" */
static struct str update_number(struct str codename)
{
	size_t at = str_find(codename, STR("Update "));

	return at < codename.n ? str_trim(str_skip(codename, at + 7)) : STR_NULL;
}

/* NAME [release] VERSION [(CODENAME)] */
static bool read_release_line(struct distro_draft *draft, struct str bytes, const char *id)
{
	struct str line = first_line(bytes), rest = line, word, tail, update;
	struct distro *d = &draft->d;
	size_t name_n = line.n, at;

	while (str_pull_word(&rest, &word)) {
		at = (size_t)(word.p - line.p);
		if (str_is(word, "release") || char_is_digit(word.p[0]) || word.p[0] == '(') {
			name_n = at;
			break;
		}
	}
	d->pretty_name = line;
	d->name = str_trim(str_sub(line, 0, name_n));
	rest = str_skip(line, name_n);
	(void)str_pull_prefix(&rest, STR("release"));
	if (str_pull_word(&rest, &word) && char_is_digit(word.p[0]))
		d->version_id = word;
	if (str_cut(line, '(', &word, &tail))
		d->codename = str_sub(tail, 0, str_find_char(tail, ')'));
	update = update_number(d->codename);
	if (update.n && d->version_id.n)
		d->point_release =
			distro_made(draft, arena_strf(draft->arena, "%.*s.%.*s",
						      STR_FMT(d->version_id), STR_FMT(update)));
	d->id = id ? str_of(id) : id_of_name(draft, d->name);
	return d->id.n > 0;
}

static bool read_alpine(struct distro_draft *draft, struct str bytes, const char *id)
{
	draft->d.id = str_of(id);
	draft->d.name = STR("Alpine Linux");
	draft->d.version_id = first_line(bytes);
	return true;
}

static bool read_arch(struct distro_draft *draft, struct str bytes, const char *id)
{
	(void)bytes; /* normally empty: that it is there says all */
	draft->d.id = str_of(id);
	draft->d.name = STR("Arch Linux");
	return true;
}

static bool read_suse(struct distro_draft *draft, struct str bytes, const char *id)
{
	struct str rest = bytes, line, key, value, patch = STR_NULL;
	struct distro *d = &draft->d;

	if (!read_release_line(draft, bytes, id))
		return false;
	d->codename = STR_NULL; /* "(x86_64)" is none */
	while (str_pull_line(&rest, &line)) {
		if (!str_cut(line, '=', &key, &value))
			continue;
		key = str_trim(key);
		value = str_trim(value);
		if (str_is(key, "VERSION"))
			d->version_id = value;
		else if (str_is(key, "PATCHLEVEL"))
			patch = value;
		else if (str_is(key, "CODENAME"))
			d->codename = value;
	}
	if (patch.n && !str_is(patch, "0") && str_find_char(d->version_id, '.') == d->version_id.n)
		d->version_id =
			distro_made(draft, arena_strf(draft->arena, "%.*s.%.*s",
						      STR_FMT(d->version_id), STR_FMT(patch)));
	return true;
}

/* Also on systems of the Red Hat family, but there without a DISTRIB_ID. */
static bool read_lsb(struct distro_draft *draft, struct str bytes, const char *id)
{
	struct shell_vars v = shell_vars_make(bytes, draft->arena);
	struct distro *d = &draft->d;

	(void)id;
	while (shell_vars_next(&v)) {
		draft->out_of_memory |= v.problem.code == ERR_NOMEM;
		if (v.problem.code)
			draft->files->problem(draft->files->ctx, d->source, &v.problem);
		if (str_is(v.key, "DISTRIB_ID"))
			d->name = v.value;
		else if (str_is(v.key, "DISTRIB_RELEASE") && !str_is(v.value, "rolling"))
			d->version_id = v.value;
		else if (str_is(v.key, "DISTRIB_CODENAME"))
			d->codename = distro_lower(draft, v.value);
		else if (str_is(v.key, "DISTRIB_DESCRIPTION"))
			d->pretty_name = v.value;
	}
	d->id = id_of_name(draft, d->name);
	return d->id.n > 0;
}

/* Which branch apt is told to use, where debian_version says "trixie/sid" for both. */
static const char *apt_branch(struct distro_draft *draft, struct str codename)
{
	static const char *const lists[] = {"etc/apt/sources.list",
					    "etc/apt/sources.list.d/debian.sources"};
	struct str bytes, line, word;
	const char *branch = NULL;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (!distro_get(draft, lists[i], &bytes))
			continue;
		while (str_pull_line(&bytes, &line)) {
			if (str_has_prefix(str_trim(line), STR("#")))
				continue;
			while (str_pull_word(&line, &word))
				if (str_is(word, "sid") || str_is(word, "unstable"))
					return "sid";
				else if (str_is(word, "testing") || str_eq(word, codename))
					branch = "testing";
		}
	}
	return branch;
}

void distro_read_debian_version(struct distro_draft *draft, struct str bytes)
{
	struct distro *d = &draft->d;
	struct str line = first_line(bytes), codename, sid, major;

	if (line.n && char_is_digit(line.p[0])) {
		major = str_sub(line, 0, str_find_char(line, '.'));
		if (d->version_id.n == 0)
			d->version_id = major;
		if (str_eq(major, str_sub(d->version_id, 0, str_find_char(d->version_id, '.'))))
			d->point_release = line;
		return;
	}
	if (!str_cut(line, '/', &codename, &sid))
		codename = line;
	if (d->codename.n == 0 && !str_is(codename, "testing"))
		d->codename = distro_lower(draft, codename);
	if (d->version_id.n)
		return;
	const char *branch = apt_branch(draft, d->codename);

	if (str_is(d->codename, "sid") || (sid.n && !branch))
		branch = "sid";
	draft->branch = branch && strcmp(branch, "sid") == 0 ? branch : NULL;
}

static bool read_debian(struct distro_draft *draft, struct str bytes, const char *id)
{
	struct str line = first_line(bytes);

	if (line.n == 0)
		return false;
	draft->d.id = str_has_prefix(line, STR("kali")) ? STR("kali") : str_of(id);
	draft->d.name = str_is(draft->d.id, "debian") ? STR("Debian GNU/Linux") : STR_NULL;
	if (draft->d.name.n)
		distro_read_debian_version(draft, line);
	return true;
}

/* cpe:/o:VENDOR:PRODUCT:VERSION:... */
static bool read_cpe(struct distro_draft *draft, struct str bytes, const char *id)
{
	static const struct {
		const char *vendor, *id;
	} vendors[] = {
		{"amazon", "amzn"}, {"centos", "centos"}, {"fedoraproject", "fedora"},
		{"oracle", "ol"},   {"redhat", "rhel"},	  {"scientificlinux", "scientific"},
	};
	struct str rest = first_line(bytes), part[5] = {0};

	(void)id;
	draft->d.cpe = rest;
	for (size_t i = 0; i < ARRAY_LEN(part) && str_pull_until(&rest, ':', &part[i]); i++)
		;
	draft->d.version_id = part[4];
	for (size_t i = 0; i < ARRAY_LEN(vendors); i++)
		if (str_is(part[2], vendors[i].vendor))
			draft->d.id = str_of(vendors[i].id);
	return draft->d.id.n > 0;
}

/* Clones keep redhat-release for compatibility and Ubuntu keeps debian_version: those come late. */
static const struct {
	const char *path;
	bool (*read)(struct distro_draft *draft, struct str bytes, const char *id);
	const char *id; /* NULL: the text says it */
} legacy[] = {
	{"etc/alpine-release", read_alpine, "alpine"},
	{"etc/oracle-release", read_release_line, "ol"},
	{"etc/enterprise-release", read_release_line, "ol"},
	{"etc/rocky-release", read_release_line, "rocky"},
	{"etc/almalinux-release", read_release_line, "almalinux"},
	{"etc/centos-release", read_release_line, "centos"},
	{"etc/fedora-release", read_release_line, NULL},
	{"etc/photon-release", read_release_line, "photon"},
	{"etc/mariner-release", read_release_line, "mariner"},
	{"etc/azurelinux-release", read_release_line, "azurelinux"},
	{"etc/mageia-release", read_release_line, "mageia"},
	{"etc/mandriva-release", read_release_line, "mandriva"},
	{"etc/openEuler-release", read_release_line, "openeuler"},
	{"etc/system-release", read_release_line, NULL},
	{"usr/lib/system-release", read_release_line, NULL},
	{"etc/redhat-release", read_release_line, NULL},
	{"etc/system-release-cpe", read_cpe, NULL},
	{"usr/lib/system-release-cpe", read_cpe, NULL},
	{"etc/SuSE-release", read_suse, NULL},
	{"etc/openwrt_release", read_lsb, NULL},
	{"etc/lsb-release", read_lsb, NULL},
	{"etc/debian_version", read_debian, "debian"},
	{"etc/arch-release", read_arch, "arch"},
	{"etc/gentoo-release", read_release_line, "gentoo"},
	{"etc/slackware-version", read_release_line, "slackware"},
};

void distro_read_legacy(struct distro_draft *draft)
{
	struct distro_draft empty = *draft;
	struct str bytes;

	for (size_t i = 0; i < ARRAY_LEN(legacy); i++) {
		if (!distro_get(draft, legacy[i].path, &bytes))
			continue;
		draft->d.source = str_of(legacy[i].path);
		if (legacy[i].read(draft, bytes, legacy[i].id)) {
			if (draft->d.cpe.n == 0 &&
			    distro_get(draft, "etc/system-release-cpe", &bytes))
				draft->d.cpe = first_line(bytes);
			return;
		}
		empty.out_of_memory |= draft->out_of_memory;
		*draft = empty;
	}
}
