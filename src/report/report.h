/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report: everything one run learned about one target, as plain data.
 *
 * scan/ fills it, policy/ judges it, render/ prints it. All lists are sorted when the
 * report is finished, so the same inputs give the same bytes whatever the thread timing.
 *
 * Ownership: the report owns an arena and what is attached; every slice and list in it lives there
 * until report_free.
 * Threads: filled by one thread, then read-only.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "package/package.h"
#include "report/finding.h"
#include "report/size.h"
#include "report/needs.h"
#include "report/verdict.h"

enum coverage_state { COVERAGE_ASSESSED, COVERAGE_PARTIAL, COVERAGE_NOT_ASSESSED };
const char *coverage_state_name(enum coverage_state s); /* "assessed", "partial", "not-assessed" */

/* One thing that was, or should have been, looked at. */
struct coverage {
	struct str
		what; /* "operating-system packages (dpkg)", "vulnerabilities", "layer sha256:.." */
	enum coverage_state state;
	struct str reason; /* empty when assessed */
	struct str remedy; /* what the user can do; may be empty */
	uint64_t count;	   /* of things concerned (packages read, files seen); 0: no count */
	bool once;	   /* true of the whole run: told once, whoever finds it again */
};

/* A broken or refused part of the input. */
struct problem {
	struct str path;    /* in the image; empty: the image as a whole */
	struct str layer;   /* diff id; empty: none */
	struct str parser;  /* pkgdb id, "tar", "gzip", "manifest", ... */
	struct str message; /* one line */
	enum err_code code;
};

struct distro {
	struct str id; /* os-release ID: "debian"; empty: unknown */
	struct str_list id_like;
	struct str name; /* "Debian GNU/Linux" */
	struct str pretty_name;
	struct str version_id;	  /* "12", "3.18.9"; empty: rolling or unknown */
	struct str point_release; /* "12.5" where version_id is only "12"; may be empty */
	struct str codename;	  /* "bookworm" */
	struct str variant_id;
	struct str cpe;
	struct str release; /* key for advisories: "debian-12", "alpine-3.18", "debian-sid" */
	/* What it is built from, when known: "ubuntu-22.04" for Linux Mint 21, "rhel-9". */
	struct str base_release;
	struct str source;	 /* the file it was read from */
	struct str eol;		 /* "2028-06-30"; empty: unknown */
	struct str eol_extended; /* end of paid or opt-in support after it (ESM, ELS, LTSS) */
	struct str eol_as_of;	 /* when these dates were taken */
};

struct report_layer {
	struct str digest;  /* of the blob as stored; empty when the archive names none */
	struct str diff_id; /* of the tar inside */
	struct str media_type;
	struct str created_by; /* history instruction, "" when there is none */
	struct str created;    /* its time, as written */
	uint64_t blob_bytes;   /* compressed */
	uint64_t tar_bytes;    /* unpacked tar */
	uint64_t file_bytes;   /* sum of the regular files in it */
	uint64_t hidden_bytes; /* of them those that do not show in the finished image: size.h */
	uint64_t n_files;      /* regular files in it */
	uint64_t n_entries;
	uint64_t n_whiteouts;
	uint64_t n_packages; /* that this layer brought */
	/*
	 * Of Red Hat images: where packages whose present version this layer brought
	 * (layer_changed) came from; scan/repositories.h says how it is known.
	 */
	struct str_list content_sets;	  /* "rhel-9-for-x86_64-baseos-rpms" */
	struct str build_nvr, build_arch; /* "ubi9-container-9.4-1214", "x86_64" */
	bool assessed; /* false: foreign, encrypted, unknown compression, broken */
	bool from_cache;
};

/* An instruction of the history that made no layer (ENV, CMD, ...) or did; in order. */
struct report_history {
	struct str created_by;
	struct str created;
	struct str comment;
	bool empty_layer;
	size_t layer; /* index into layers; only when !empty_layer */
};

struct report_image {
	struct str name;	    /* reference or tag it was chosen by; may be empty */
	struct str manifest_digest; /* empty for docker-archive */
	struct str config_digest;
	struct str media_type;
	struct str os, architecture, variant;
	struct str created, author;
	struct str user; /* empty: root */
	struct str working_dir;
	struct str stop_signal;
	struct str_list entrypoint, cmd, env, exposed_ports, volumes;
	struct str_list on_build;	     /* what a build on top of it does first */
	struct str_list labels, annotations; /* "key=value", sorted */
	struct str healthcheck;		     /* its test joined by spaces; empty: none */
	struct vec history;		     /* struct report_history */
};

struct report_package {
	struct package p; /* namespace filled in */
	struct str purl;
	struct str db;		  /* id of the reader: "dpkg" */
	struct str db_path;	  /* the database file */
	struct str layer;	  /* diff id that brought it; empty for a directory */
	struct str layer_changed; /* diff id that last changed its record */
	size_t layer_index, layer_changed_index; /* into layers */
};

/*
 * A file that rules about images look at, told by its mode, its capabilities or its place while the
 * layers were read: setuid, left over from the build, named like a secret. Most files are none of
 * that and stand in no list. One that a higher layer hides is listed too: its bytes are still
 * there.
 */
struct report_file {
	struct str path;    /* without a slash in front */
	struct str type;    /* "file", "directory" or "hardlink" */
	struct str mark;    /* of its place: inventory/path_mark.h; may be empty */
	struct str layer;   /* diff id that brought it; empty for a directory in place */
	size_t layer_index; /* into layers */
	bool visible;	    /* in the finished image */
	uint32_t mode;	    /* permission bits with setuid, setgid, sticky */
	uint64_t uid, gid;  /* owner */
	uint64_t size;	    /* bytes; of a directory those of all files below, in its layer */
	uint64_t n_files;   /* below a directory, in its layer */
	struct str_list capabilities; /* "cap_net_raw", sorted */
	struct str_list anomalies;    /* of a program that was looked into; see marked_files.h */
	struct str package;	      /* that lists it among its files; empty: none does */
};

/* What a user or group of the finished image can be let in with. */
enum password_state {
	PASSWORD_UNKNOWN, /* its file is not there, or not readable */
	PASSWORD_EMPTY,	  /* none is asked for */
	PASSWORD_LOCKED,  /* no password fits */
	PASSWORD_SET,
};

/* A line of etc/passwd or etc/group. */
struct report_account {
	bool is_group;
	struct str name;
	bool has_id;
	uint64_t id;  /* uid, or gid of a group */
	uint64_t gid; /* of a user */
	struct str home, shell;
	enum password_state password;
	struct str password_hash; /* of PASSWORD_SET: never to be shown */
	struct str path;	  /* of the file */
	uint64_t line;		  /* in it, from 1 */
};

struct report_target {
	struct str given;     /* as the user wrote it */
	struct str transport; /* "docker-archive", "oci", "rootfs", ...; "files" of lint */
	struct str location;  /* file, directory or reference */
	struct str
		found_by; /* for a bare name: "docker-daemon", "registry example.com"; else empty */
};

/* A rule that takes findings off the list, and what became of it. */
enum report_rule_state { RULE_USED, RULE_UNUSED, RULE_EXPIRED };
const char *report_rule_state_name(enum report_rule_state s); /* "used", "unused", "expired" */

struct report_rule {
	struct str file; /* as it was named: ".plimsollignore" */
	uint64_t line;
	struct str rule; /* what it matches: "vulnerability CVE-2023-0286, package openssl" */
	struct str reason, owner;
	struct str until; /* its last day; empty: for ever */
	enum report_rule_state state;
	uint64_t n_findings; /* taken off by it; of an expired rule: it would take off */
};

struct report_sandbox {
	bool landlock, seccomp, no_new_privs;
	int landlock_abi;   /* 0: not there */
	struct str scope;   /* "all threads that read layers" */
	struct str missing; /* why something is off; empty: all on */
};

struct report {
	struct arena arena;
	struct str tool_version;
	struct report_target target;
	bool has_image; /* false for a root file system */
	struct report_image image;
	struct distro distro;
	struct vec layers;	      /* struct report_layer, bottom-up */
	struct vec packages;	      /* struct report_package, sorted by purl, then db_path */
	struct vec files;	      /* struct report_file, sorted by path, then layer */
	struct vec accounts;	      /* struct report_account, users first, then groups */
	struct vec coverage;	      /* struct coverage, sorted by what */
	struct vec findings;	      /* struct finding, gravest first, see report_finish */
	struct vec rules;	      /* struct report_rule, in the order they were read */
	uint64_t n_hidden;	      /* findings that a filter left out of the list */
	uint64_t n_hidden_once;	      /* the same as a plan counts them, see report/plan.h */
	struct str hidden_by;	      /* the filter: "--severity high, --fixable" */
	struct verdict verdict;	      /* of the policy that was asked */
	struct vec problems;	      /* struct problem, sorted by layer, path, parser, message */
	uint64_t n_problems_unlisted; /* beyond LIMIT_PROBLEMS */
	struct report_sandbox sandbox;
	bool has_time;	     /* SOURCE_DATE_EPOCH or the image's creation time is known */
	int64_t time;	     /* unix seconds */
	uint64_t file_bytes; /* of files visible in the final tree */
	uint64_t n_files;
	struct report_efficiency efficiency;
	struct vec wastes; /* struct report_waste, most bytes first */
	struct report_surface surface;
	struct vec budgets;	   /* struct report_budget, in the order they were asked */
	struct report_needs needs; /* where it was asked for */
	/* What slices point into beside the arena (the layers' records); released with the report.
	 */
	void *attached;
	void (*release_attached)(void *attached);
	struct report *adopted; /* whose entries were taken over; a chain; released with it */
};

struct report *report_new(void);
void report_free(struct report *r);
void report_freep(struct report **r);

/* Copies its arguments into the report. Errors: ERR_NOMEM. */
int report_add_problem(struct report *r, struct str path, struct str layer, struct str parser,
		       const struct err *what);
int report_add_coverage(struct report *r, struct str what, enum coverage_state state,
			struct str reason, struct str remedy, uint64_t count);

/* What concerns the whole run: not told again when it is there. */
int report_add_coverage_once(struct report *r, struct str what, enum coverage_state state,
			     struct str reason, struct str remedy);

/*
 * Threads that look at things of one run fill a report each; what one of them has found between two
 * moments is then put behind what is there, so that the order is that of the things.
 *
 *     struct report_mark before = report_mark(worker), after;      ...look... after = ...
 *     r = report_take(report, worker, &before, &after, err);       findings, problems, coverage
 *     report_adopt(report, worker);       what is taken over points into it: it is freed with
 * report
 *
 * Errors: ERR_LIMIT (findings): those that fit are there. ERR_NOMEM.
 */
struct report_mark {
	size_t n_findings, n_problems, n_coverage;
	uint64_t n_problems_unlisted;
};
struct report_mark report_mark(const struct report *r);
int report_take(struct report *r, const struct report *from, const struct report_mark *before,
		const struct report_mark *after, struct err *err);
void report_adopt(struct report *r, struct report *worker);

/*
 * Sorts every list; call once, last. Findings: those that are not suppressed first, then by
 * severity, risk, rule, subject.
 */
void report_finish(struct report *r);

/* Whether something was assessed, and nothing is partial or not assessed. */
bool report_is_complete(const struct report *r);
