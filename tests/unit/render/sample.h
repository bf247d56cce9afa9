/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report built by hand for the tests of the output formats: small, but with every kind of thing
 * in it, hostile names included. sample_report(); report_free() when done.
 */
#pragma once

#include "report/report.h"

#define DIGEST_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST_C "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define DIGEST_M "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define DIGEST_I "sha256:2222222222222222222222222222222222222222222222222222222222222222"

static const struct str sample_entrypoint[] = {{"/entry.sh", 9}, {"--name=a b", 10}};
static const struct str sample_cmd[] = {{"serve", 5}};
static const struct str sample_env[] = {{"PATH=/usr/bin", 13}};
static const struct str sample_ports[] = {{"443/tcp", 7}, {"80/tcp", 6}};
static const struct str sample_labels[] = {{"a=b=c", 5}};
static const struct str sample_files[] = {{"usr/bin/curl", 12}, {"usr/share/doc/curl/\xff", 20}};
static const struct str sample_attributes[] = {{"essential=no", 12}};
static const struct str sample_license_fedora[] = {{"GPLv2+ and BSD", 14}};
static const struct str sample_license_ids[] = {{"MIT", 3}, {"apache-2.0", 10}};
static const struct str sample_license_mixed[] = {{"curl", 4},
						  {"See \"file\"</text>, <page 3>", 27}};
static const struct str sample_id_like[] = {{"debian", 6}};

static inline void sample_image(struct report *r)
{
	struct report_image *image = &r->image;
	struct report_history *h;

	r->has_image = true;
	image->name = STR("registry.example.com/team/Shop:1.4");
	image->manifest_digest = STR(DIGEST_M);
	image->config_digest = STR(DIGEST_I);
	image->media_type = STR("application/vnd.oci.image.manifest.v1+json");
	image->os = STR("linux");
	image->architecture = STR("arm64");
	image->variant = STR("v8");
	image->created = STR("2026-01-02T03:04:05Z");
	image->author = STR("the team");
	image->working_dir = STR("/srv");
	image->entrypoint = (struct str_list){sample_entrypoint, 2};
	image->cmd = (struct str_list){sample_cmd, 1};
	image->env = (struct str_list){sample_env, 1};
	image->exposed_ports = (struct str_list){sample_ports, 2};
	image->labels = (struct str_list){sample_labels, 1};
	h = vec_push(&image->history);
	*h = (struct report_history){.created_by = STR("/bin/sh -c #(nop) ADD file:x in / ")};
	h = vec_push(&image->history);
	*h = (struct report_history){.created_by = STR("ENV A=1"),
				     .comment = STR("buildkit.dockerfile.v0"),
				     .empty_layer = true};
}

static inline void sample_layers(struct report *r)
{
	struct report_layer *l = vec_push(&r->layers);

	*l = (struct report_layer){
		.diff_id = STR(DIGEST_A),
		.digest = STR(DIGEST_B),
		.media_type = STR("application/vnd.oci.image.layer.v1.tar+gzip"),
		.created_by = STR("/bin/sh -c #(nop) ADD file:"
				  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
				  " in / "),
		.blob_bytes = 29000000,
		.tar_bytes = 80000000,
		.file_bytes = 77654321,
		.n_entries = 6000,
		.n_packages = 3,
		.assessed = true,
	};
	l = vec_push(&r->layers);
	*l = (struct report_layer){
		.diff_id = STR(DIGEST_B),
		.created_by = STR("RUN /bin/sh -c apt-get update && \\\n\tapt-get install -y "
				  "curl\x1b[31m # buildkit"),
		.tar_bytes = 4096,
		.file_bytes = 1234,
		.n_entries = 12,
		.n_whiteouts = 2,
		.n_packages = 1,
		.assessed = true,
	};
	l = vec_push(&r->layers);
	*l = (struct report_layer){.diff_id = STR(DIGEST_C),
				   .created_by = STR("COPY \u6e2f /srv # buildkit"),
				   .blob_bytes = 10};
}

static inline struct report_package *sample_package(struct report *r, struct str purl,
						    struct package p)
{
	struct report_package *out = vec_push(&r->packages);

	*out = (struct report_package){.p = p,
				       .purl = purl,
				       .db = STR("dpkg"),
				       .db_path = STR("var/lib/dpkg/status"),
				       .layer = STR(DIGEST_A),
				       .layer_changed = STR(DIGEST_A)};
	return out;
}

static inline void sample_packages(struct report *r)
{
	struct report_package *p =
		sample_package(r, STR("pkg:deb/debian/curl@7.88.1-10?arch=arm64&distro=debian-12"),
			       (struct package){
				       .type = STR("deb"),
				       .namespace = STR("debian"),
				       .name = STR("curl"),
				       .version = STR("7.88.1-10"),
				       .arch = STR("arm64"),
				       .vendor = STR("Curl People <curl@example.com>"),
				       .licenses = {sample_license_mixed, 2},
				       .files = {sample_files, 2},
				       .attributes = {sample_attributes, 1},
			       });

	p->layer = STR(DIGEST_B);
	p->layer_changed = STR(DIGEST_B);
	p->layer_index = p->layer_changed_index = 1;
	p = sample_package(r, STR("pkg:deb/debian/libc6@2.36-9?arch=arm64&distro=debian-12"),
			   (struct package){.type = STR("deb"),
					    .namespace = STR("debian"),
					    .name = STR("libc6"),
					    .version = STR("2.36-9"),
					    .arch = STR("arm64"),
					    .source_name = STR("glibc"),
					    .licenses = {sample_license_ids, 2}});
	p->layer_changed = STR(DIGEST_B);
	p->layer_changed_index = 1;
	p = sample_package(r, STR("pkg:rpm/tool@1%3A2-3"),
			   (struct package){.type = STR("rpm"),
					    .name = STR("tool"),
					    .version = STR("1:2-3"),
					    .source_name = STR("tools"),
					    .source_version = STR("2-3"),
					    .vendor = STR("Fedora Project"),
					    .modularity = STR("tool:1:2:3"),
					    .licenses = {sample_license_fedora, 1}});
	p->db = STR("rpm");
	p->db_path = STR("var/lib/rpm/rpmdb.sqlite");
	p = sample_package(
		r, STR("pkg:rpm/tool@1%3A2-3"),
		(struct package){.type = STR("rpm"), .name = STR("tool"), .version = STR("1:2-3")});
	p->db = STR("rpm");
	p->db_path = STR("usr/lib/sysimage/rpm/rpmdb.sqlite");
}

static const struct str sample_commands[] = {{"'/entry.sh' '--name=a b' 'serve'", 32}};

static inline void sample_needs(struct report *r)
{
	struct report_needs *n = &r->needs;
	struct needs_part *part;
	struct needs_file *f;
	struct needs_gap *g;

	*n = (struct report_needs){.state = NEEDS_FOUND,
				   .commands = {sample_commands, 1},
				   .confidence = 0.855,
				   .files = VEC_INIT(struct needs_file, 16),
				   .packages = VEC_INIT(struct needs_part, 16),
				   .folders = VEC_INIT(struct needs_part, 16),
				   .gaps = VEC_INIT(struct needs_gap, 16),
				   .n_files = 6010,
				   .bytes = 77655555,
				   .n_needed_files = 1,
				   .needed_bytes = 1234567};
	f = vec_push(&n->files);
	*f = (struct needs_file){.path = STR("usr/lib/x86_64-linux-gnu/libcurl-gnutls.so.4"),
				 .package = STR("curl"),
				 .by = STR("entry.sh"),
				 .why = STR("library libcurl-gnutls.so.4"),
				 .size = 1234567};
	part = vec_push(&n->packages);
	*part = (struct needs_part){.name = STR("tool"),
				    .version = STR("1:2-3"),
				    .purl = STR("pkg:rpm/tool@2-3?epoch=1"),
				    .is_essential = true,
				    .n_files = 12,
				    .bytes = 58100000,
				    .n_findings = 3,
				    .n_grave = 1};
	part = vec_push(&n->packages);
	*part = (struct needs_part){.name = STR("curl"),
				    .version = STR("7.88.1-10"),
				    .purl = STR("pkg:deb/debian/curl@7.88.1-10"),
				    .is_needed = true,
				    .n_files = 2,
				    .bytes = 2000000,
				    .n_needed_files = 1,
				    .needed_bytes = 1234567};
	part = vec_push(&n->folders);
	*part = (struct needs_part){.name = STR("opt/\x1b[2J"), .n_files = 1, .bytes = 17555555};
	g = vec_push(&n->gaps);
	*g = (struct needs_gap){.path = STR("entry.sh"), .what = STR("runs its arguments")};
}

static inline struct report *sample_report(void)
{
	struct report *r = report_new();
	struct err what = {.code = ERR_FORMAT, .msg = "line 7: expected \"Package:\""};
	struct err cut = {.code = ERR_LIMIT, .msg = "link of 70000 bytes is above path_bytes"};

	r->tool_version = STR("0.1.0");
	r->target = (struct report_target){
		.given = STR("oci:shop:1.4"), .transport = STR("oci"), .location = STR("shop")};
	r->distro = (struct distro){.id = STR("debian"),
				    .id_like = {sample_id_like, 1},
				    .name = STR("Debian GNU/Linux"),
				    .pretty_name = STR("Debian GNU/Linux 12 (bookworm)"),
				    .version_id = STR("12"),
				    .codename = STR("bookworm"),
				    .release = STR("debian-12"),
				    .source = STR("etc/os-release"),
				    .eol = STR("2028-06-30"),
				    .eol_as_of = STR("2026-11-01")};
	r->sandbox = (struct report_sandbox){.landlock = true,
					     .seccomp = true,
					     .no_new_privs = true,
					     .landlock_abi = 2,
					     .scope = STR("process")};
	r->has_time = true;
	r->time = 1767323045;
	r->file_bytes = 77655555;
	r->n_files = 6010;
	sample_image(r);
	sample_layers(r);
	sample_packages(r);
	sample_needs(r);
	(void)report_add_coverage(r, STR("operating-system packages (dpkg)"), COVERAGE_ASSESSED,
				  STR_NULL, STR_NULL, 2);
	(void)report_add_coverage(r, STR("layer " DIGEST_C), COVERAGE_NOT_ASSESSED,
				  STR("its blob is not in the archive (a foreign layer)"),
				  STR("scan the image in its registry: plimsoll scan docker://REF"),
				  0);
	(void)report_add_coverage(r, STR("operating-system packages (rpm)"), COVERAGE_PARTIAL,
				  STR("1 of 4 records could not be read"), STR_NULL, 2);
	(void)report_add_coverage(r, STR("vulnerabilities"), COVERAGE_NOT_ASSESSED,
				  STR("there is no vulnerability database"), STR_NULL, 0);
	(void)report_add_problem(r, STR("var/lib/dpkg/status.d/\x1b]0;owned\x07"), STR(DIGEST_A),
				 STR("dpkg"), &what);
	(void)report_add_problem(r, STR_NULL, STR(DIGEST_B), STR("tar"), &cut);
	report_finish(r);
	return r;
}
