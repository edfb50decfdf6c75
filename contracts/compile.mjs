// Compiles the suite and writes abis/NAME.json and abis/standard-input.json, and the tests' stand-ins to
// tests/contracts/standins/NAME.json. Those in test/v2 and test/live, shaped like the protocol's own versions, are
// named after their files and compiled in the quicker way.
// `--check` writes nothing and fails where a committed file differs from what the compiler yields.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..");
const ABIS = "abis";
const STAND_INS_OUT = "tests/contracts/standins";
const SIZE_LIMIT = 24_576; // EIP-170

const SUITE = [
  "HokusaiAMM",
  "HokusaiAMMFactory",
  "HokusaiParams",
  "HokusaiToken",
  "InfrastructureReserve",
  "ModelRegistry",
  "TokenManager",
  "UsageFeeRouter",
];
const TEST_TOKENS = ["MockUSDC", "StrictMockUSDC"];
const STAND_INS = [
  "CallbackToken",
  "LegacyFactory",
  "LegacyPool",
  "TestGovernor",
  "TestOtherVersions",
  "TestPlainGovernor",
  "TestVotes",
  "TimelockController",
];

// A build with libraries of its own, to link.
const LINKED = ["LinkedBase", "LinkedLibrary", "LinkedRegistry"];

// One shaped like another version of the protocol is a contract called as its file, in one of these folders.
const VERSIONS = ["test/v2", "test/live"];

const SETTINGS = {
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 200 },
  viaIR: true,
  outputSelection: {
    "*": {
      "*": [
        "abi",
        "metadata",
        "evm.bytecode.object",
        "evm.bytecode.linkReferences",
        "evm.deployedBytecode.object",
        "evm.deployedBytecode.immutableReferences",
      ],
    },
  },
};

// No pipeline through Yul, no metadata: seconds instead of a minute, and small files.
const VERSION_SETTINGS = {
  evmVersion: "cancun",
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  optimizer: { enabled: true, runs: 1 },
  outputSelection: {
    "*": {
      "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"],
    },
  },
};

function isPackage(sourceName) {
  return sourceName.startsWith("@") || sourceName.startsWith("solady/");
}

/** Source units, ours and those of the packages they import, keyed by the name the compiler knows them by. */
function collectSources(roots) {
  const sources = {};
  const pending = [...roots];
  while (pending.length > 0) {
    const name = pending.pop();
    if (sources[name]) continue;
    const content = readFileSync(join(HERE, isPackage(name) ? "node_modules" : "", name), "utf8");
    sources[name] = { content };
    for (const [, path] of content.matchAll(/^\s*import\s[^;]*?"([^"]+)";/gm)) {
      pending.push(path.startsWith(".") ? join(dirname(name), path) : path);
    }
  }
  return sources;
}

/** The same value with the keys of every object in order, so that files never differ by order alone. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function render(value) {
  return JSON.stringify(sorted(value), null, 2) + "\n";
}

function compile(input) {
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  // Warnings about the packages' own sources are theirs to mend; ours may cause none.
  const isForeign = ({ severity, sourceLocation }) => severity === "warning" && isPackage(sourceLocation?.file ?? "");
  const problems = (output.errors ?? []).filter((problem) => !isForeign(problem));
  for (const problem of problems) console.error(problem.formattedMessage);
  if (problems.length > 0) throw new Error("the compiler is not silent");
  return output.contracts;
}

function measure(name, evm) {
  const size = evm.deployedBytecode.object.length / 2;
  if (size >= SIZE_LIMIT) throw new Error(`${name}: ${size} bytes, limit ${SIZE_LIMIT}`);
  console.log(`${name.padEnd(24)}${String(size).padStart(7)} bytes`);
}

function artifact(contracts, name) {
  const [sourceName] = Object.keys(contracts).filter((source) => source.endsWith(`/${name}.sol`));
  const { abi, evm, metadata } = contracts[sourceName][name];
  measure(name, evm);
  return {
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    compiler: { settings: JSON.parse(metadata).settings, version: solc.version() },
    contractName: name,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
    immutableReferences: evm.deployedBytecode.immutableReferences ?? {},
    linkReferences: evm.bytecode.linkReferences ?? {},
    metadata,
    sourceName,
  };
}

/** The places of immutables with keys that another file among the sources does not change. */
function numbered(references) {
  return Object.fromEntries(Object.values(references).map((places, index) => [index, places]));
}

/** The artifacts of the stand-ins of other versions, with no more in them than tests need, by name. */
function versionArtifacts(contracts) {
  const found = {};
  for (const [sourceName, units] of Object.entries(contracts)) {
    const name = sourceName.split("/").at(-1).replace(/\.sol$/, "");
    if (!VERSIONS.includes(dirname(sourceName)) || !units[name]?.evm.bytecode.object) continue;
    const { abi, evm } = units[name];
    measure(name, evm);
    found[name] = {
      abi,
      bytecode: `0x${evm.bytecode.object}`,
      contractName: name,
      deployedBytecode: `0x${evm.deployedBytecode.object}`,
      immutableReferences: numbered(evm.deployedBytecode.immutableReferences ?? {}),
      sourceName,
    };
  }
  return found;
}

/** Every generated file: its text by its path from the project's root. */
function build() {
  const roots = (folder) =>
    readdirSync(join(HERE, folder))
      .filter((file) => file.endsWith(".sol"))
      .map((file) => `${folder}/${file}`);
  const input = (names, settings = SETTINGS) => ({
    language: "Solidity",
    settings,
    sources: sorted(collectSources(names)),
  });
  const production = input(roots("src"));
  const contracts = compile(production);
  const tests = compile(input(roots("test")));
  const files = { [`${ABIS}/standard-input.json`]: render(production) };
  for (const name of SUITE) files[`${ABIS}/${name}.json`] = render(artifact(contracts, name));
  for (const name of TEST_TOKENS) files[`${ABIS}/${name}.json`] = render(artifact(tests, name));
  for (const name of STAND_INS) files[`${STAND_INS_OUT}/${name}.json`] = render(artifact(tests, name));
  const linked = compile(input(roots("test/linked")));
  for (const name of LINKED) files[`${STAND_INS_OUT}/${name}.json`] = render(artifact(linked, name));
  const versions = compile(input(VERSIONS.flatMap(roots), VERSION_SETTINGS));
  for (const [name, found] of Object.entries(versionArtifacts(versions))) {
    files[`${STAND_INS_OUT}/${name}.json`] = render(found);
  }
  return files;
}

function generatedFiles() {
  return [ABIS, STAND_INS_OUT].flatMap((folder) =>
    existsSync(join(ROOT, folder))
      ? readdirSync(join(ROOT, folder)).filter((file) => file.endsWith(".json")).map((file) => `${folder}/${file}`)
      : [],
  );
}

function check(files) {
  const present = generatedFiles();
  const paths = new Set([...present, ...Object.keys(files)]);
  const isStale = (path) => !present.includes(path) || readFileSync(join(ROOT, path), "utf8") !== files[path];
  const stale = [...paths].filter(isStale).sort();
  if (stale.length > 0) {
    console.error(`stale: ${stale.join(", ")}; run \`node compile.mjs\` in contracts/`);
    process.exit(1);
  }
  console.log("all build artifacts are up to date");
}

const files = build();
if (process.argv.includes("--check")) {
  check(files);
} else {
  mkdirSync(join(ROOT, STAND_INS_OUT), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(ROOT, path), text);
}
