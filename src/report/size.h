/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large an image is, what of it is wasted, what it offers to an attacker: plain data of the
 * report. waste/ fills it, rules judge it, render/ prints it.
 *
 * Ownership: everything lives in the report's arena.
 */
#pragma once

#include "base/str.h"

/* ---- how well the layers use their bytes: waste/efficiency.h ---- */

/* A path that several layers have. */
struct report_path_bytes {
	struct str path;
	uint64_t bytes, count; /* of all of them together; how many layers */
};

#define EFFICIENCY_PATHS 20

struct report_efficiency {
	bool is_known;
	double efficiency;     /* dive's: 0..1 */
	uint64_t wasted_bytes; /* dive's */
	uint64_t layer_bytes;  /* of the files of all layers */
	uint64_t user_bytes;   /* of all but the first layer */
	double user_wasted;    /* dive's: 0..1 and above; below 0: there is but one layer */
	uint64_t hidden_bytes; /* exact: that do not show in the finished image */
	uint64_t n_paths;      /* that several layers have */
	struct report_path_bytes paths[EFFICIENCY_PATHS]; /* of them those with most bytes */
	size_t n_listed;
};

/* ---- bytes that the image could do without ---- */

#define WASTE_PLACES 5

/* What one layer has of one kind. Which of it is worth a word is for rules/packs/waste.yaml. */
struct report_waste {
	struct str what;  /* a kind of waste/left_over.def: "apt-lists", "deleted", "duplicate" */
	size_t layer;	  /* that has the bytes */
	size_t hidden_by; /* of what a later layer hides: that layer; else the same */
	uint64_t bytes;	  /* that would be saved */
	uint64_t n_files;
	uint64_t n_places;			       /* directories or files; listed or not */
	struct report_path_bytes places[WASTE_PLACES]; /* the largest; count: files below */
	size_t n_listed;
	struct str_list packages; /* of kinds that are packages, sorted; else empty */
};

/* ---- what can be attacked ---- */

/* The file_bytes of an image as a word: "minimal", "small", "medium", "large", "huge". */
struct str size_class_name(uint64_t bytes);

struct report_surface {
	bool is_known;
	uint64_t n_executables, n_setuid, n_setgid, n_capabilities, n_world_writable;
	/* Sorted names of programs in the folders of programs. */
	struct str_list shells, package_managers, compilers, interpreters, network_tools;
	struct str_list logins; /* users that a shell waits for */
};

/* ---- budgets that were set for it ---- */

#define BUDGETS_MAX 16

enum budget_state {
	BUDGET_PASS,
	BUDGET_FAIL,
	BUDGET_SKIP,	/* switched off */
	BUDGET_UNKNOWN, /* what it is about was not, or not fully, assessed */
};
const char *budget_state_name(enum budget_state s); /* "pass", "fail", "skip", "unknown" */

struct report_budget {
	struct str name;   /* "max-size", or as in .dive-ci: "lowestEfficiency" */
	struct str limit;  /* as written: "20MB", "0.95", "disabled" */
	struct str actual; /* what it is: "32.0 kB", "0.984" */
	struct str source; /* the file, or the option */
	enum budget_state state;
};
