import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Import as ImportModel, Freshness as FreshnessModel, LookFailure as LookFailureModel } from '../../domain/import.ts';
import type { JobModel, CountersModel, ResourceModel, HealthModel, EventModel } from '../models.ts';
import type { WatchedProvider } from '../../watcher/watched-provider.ts';
import type { Revision as RevisionModel, Change as ChangeModel } from '../../ledger/change-page.ts';
import type { KeptRow as ImportRowModel, KeptRowError as RowErrorModel, RowErrorGroup as RowErrorGroupModel } from '../../domain/row.ts';
import type { JobError as JobErrorModel } from '../../domain/job.ts';
import type { GapModel } from '../gap.ts';
import type { GraphContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant: RFC 3339 in UTC, with milliseconds, such as `2026-01-31T23:59:59.000Z`. */
  DateTime: { input: number; output: number; }
  /** Any JSON value, passed through as it came. */
  JSON: { input: unknown; output: unknown; }
  _FieldSet: { input: string; output: string; }
};

/** What is in the target now? */
export type CommitEffect =
  /** Everything that was to be written. */
  | 'ALL'
  /** Nothing. */
  | 'NONE'
  /** Some of it. */
  | 'SOME'
  /** The evidence does not say. */
  | 'UNKNOWN';

/**
 * One bulk load at one provider, named by the provider and the id that the vendor gave it. Only its
 * keys are certain: a reference to an import that does not exist still answers, with
 * `freshness.state: NOT_FOUND`.
 */
export type Import = {
  readonly __typename?: 'Import';
  /** How many rows, over the whole import. */
  readonly counters: ResourceCounters;
  /** What the vendor calls it. */
  readonly externalId: Scalars['String']['output'];
  /** How recent all this is, and what stands in the way if it is not. */
  readonly freshness: ImportFreshness;
  /** Every change that was seen, the oldest first. */
  readonly history: ImportRevisionConnection;
  /** The global id: `<providerId>:<externalId>`. */
  readonly id: Scalars['ID']['output'];
  /** Its execution: how far it is and how it ended. */
  readonly job: Job;
  /** What `trackImport` attached to it, by key. */
  readonly labels: ReadonlyArray<ImportLabel>;
  /** The place of its latest revision in the order of all changes: the cursor for `after`. */
  readonly position?: Maybe<Scalars['String']['output']>;
  /** The provider that runs it; null when it is no longer configured. */
  readonly provider?: Maybe<ImportProvider>;
  /** The provider that runs it. */
  readonly providerId: Scalars['ID']['output'];
  /** Its parts that have counters of their own. */
  readonly resources: ReadonlyArray<ImportedResource>;
  /** How often it changed since we first saw it: dense, starting at 1; 0 while nothing was observed. */
  readonly revision: Scalars['Int']['output'];
  /**
   * The failed rows that are held, by cause, the most frequent first. Of an import with more than 500
   * causes, the rows with further ones are counted together under `(further causes)`.
   */
  readonly rowErrorGroups: ReadonlyArray<RowErrorGroup>;
  /** The rows that failed, in the vendor's order. */
  readonly rowErrors: RowErrorConnection;
  /**
   * The rows that are held, in the vendor's order: every row where
   * `provider.capabilities.reportsEveryRow`, else those that failed.
   */
  readonly rows: ImportRowConnection;
  /**
   * Where the held rows can be had as a file, every one of them; null when none is held. A path of
   * this service, behind its `publicUrl` if that is configured. Ask with the same credentials.
   */
  readonly rowsExportUrl?: Maybe<Scalars['String']['output']>;
};


/**
 * One bulk load at one provider, named by the provider and the id that the vendor gave it. Only its
 * keys are certain: a reference to an import that does not exist still answers, with
 * `freshness.state: NOT_FOUND`.
 */
export type ImportHistoryArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * One bulk load at one provider, named by the provider and the id that the vendor gave it. Only its
 * keys are certain: a reference to an import that does not exist still answers, with
 * `freshness.state: NOT_FOUND`.
 */
export type ImportRowErrorsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * One bulk load at one provider, named by the provider and the id that the vendor gave it. Only its
 * keys are certain: a reference to an import that does not exist still answers, with
 * `freshness.state: NOT_FOUND`.
 */
export type ImportRowsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  outcome?: InputMaybe<ReadonlyArray<ImportRowOutcome>>;
};


/**
 * One bulk load at one provider, named by the provider and the id that the vendor gave it. Only its
 * keys are certain: a reference to an import that does not exist still answers, with
 * `freshness.state: NOT_FOUND`.
 */
export type ImportRowsExportUrlArgs = {
  format?: ImportRowsFormat;
  outcome?: InputMaybe<ReadonlyArray<ImportRowOutcome>>;
};

/** An import that changed. */
export type ImportChange = {
  readonly __typename?: 'ImportChange';
  /** The import, in its latest state. */
  readonly import: Import;
  /** Where the import stands with the filter. */
  readonly membership: ImportMembership;
  /**
   * The place of this change in the order of all changes, good as `after`: of the import's latest one,
   * or with `membership: LEFT` of the one with which it left.
   */
  readonly position: Scalars['String']['output'];
  /**
   * How many revisions of this import passed unseen between `after` and its latest one; 0 without
   * `after`.
   */
  readonly skippedRevisions: Scalars['Int']['output'];
};

/**
 * Imports were deleted here, for their age, after the position from which you go on. What you hold of
 * them is not taken back, and of their last changes you may have missed some. Drop what you hold and
 * read from the beginning, without `after`; or go on, if imports that are no longer there do no harm.
 */
export type ImportChangeGap = {
  readonly __typename?: 'ImportChangeGap';
  /** A position. Whoever goes on from there or later has missed nothing. */
  readonly prunedThrough: Scalars['String']['output'];
};

/** A page of changes. */
export type ImportChangePage = {
  readonly __typename?: 'ImportChangePage';
  /** Ask again with this as `after`. Stays the same when nothing changed. */
  readonly endPosition: Scalars['String']['output'];
  /**
   * Set when imports were deleted here, for their age, whose last change came after `after`: you may
   * hold some that are no longer there. Null without `after`.
   */
  readonly gap?: Maybe<ImportChangeGap>;
  /** Whether there are more right now. */
  readonly hasMore: Scalars['Boolean']['output'];
  /** The changed imports, the oldest change first. */
  readonly nodes: ReadonlyArray<ImportChange>;
};

/** A page of imports. */
export type ImportConnection = {
  readonly __typename?: 'ImportConnection';
  /** The imports with their cursors. */
  readonly edges: ReadonlyArray<ImportEdge>;
  /** The imports. */
  readonly nodes: ReadonlyArray<Import>;
  /** Whether there are more, and where to continue. */
  readonly pageInfo: PageInfo;
};

/** An import and its place in the list. */
export type ImportEdge = {
  readonly __typename?: 'ImportEdge';
  /** For `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The import. */
  readonly node: Import;
};

/** A message of a subscription. It carries the whole import, never a difference. */
export type ImportEvent = {
  readonly __typename?: 'ImportEvent';
  /** Set in the last message of the stream, and only there. */
  readonly end?: Maybe<ImportStreamEnd>;
  /**
   * Set in the first message of a stream that resumes from before what was deleted here for its age;
   * such a message has no import.
   */
  readonly gap?: Maybe<ImportChangeGap>;
  /** The import in its latest state; null in a message that tells of a gap or ends the stream. */
  readonly import?: Maybe<Import>;
  /**
   * Where the import stands with the filter. Null in a message without an import, and in
   * `importChanged`, which has no filter.
   */
  readonly membership?: Maybe<ImportMembership>;
  /** Everything up to here has been sent: resume with this as `after`. */
  readonly position: Scalars['String']['output'];
  /**
   * How many revisions of this import lie between the position that you had before this message and the
   * one shown: they passed unseen. Exact for one import. Of a list that was cut off, or not read, while it
   * caught up, some may have passed before; `import.revision` is dense, and tells.
   */
  readonly skippedRevisions: Scalars['Int']['output'];
};

/** Which imports: those that match every condition given. */
export type ImportFilter = {
  /** Whose latest change was seen at this instant or later. */
  readonly changedSince?: InputMaybe<Scalars['DateTime']['input']>;
  /** One of these; at most 1,000. */
  readonly ids?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** With all of these labels; at most 20. */
  readonly labels?: InputMaybe<ReadonlyArray<ImportLabelInput>>;
  /** With one of these outcomes. */
  readonly outcomes?: InputMaybe<ReadonlyArray<JobOutcome>>;
  /** In one of these phases. */
  readonly phases?: InputMaybe<ReadonlyArray<JobPhase>>;
  /** Of one of these providers; at most 1,000. */
  readonly providerIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

/** How recent our picture of an import is. */
export type ImportFreshness = {
  readonly __typename?: 'ImportFreshness';
  /** Why the last look failed; null when it did not. */
  readonly error?: Maybe<ImportProviderError>;
  /** When it is looked at next; null when it is not to be. */
  readonly nextLookAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the vendor last answered about it. */
  readonly observedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What to make of the rest. */
  readonly state: ImportFreshnessState;
};

/** What to make of an import's age. */
export type ImportFreshnessState =
  /** The vendor fails; the last known state stands. */
  | 'BACKING_OFF'
  /** The vendor has forgotten it; the last known state stands. */
  | 'GONE'
  /** Looked at on schedule. */
  | 'LIVE'
  /** The vendor never knew it. */
  | 'NOT_FOUND'
  /** Not looked at yet, or so young that the vendor may not show it yet. */
  | 'PENDING'
  /** Final, its rows captured where they can be had: never looked at again. */
  | 'SETTLED'
  /** Nobody wants it looked at any more; the last known state stands. */
  | 'UNTRACKED';

/** A label of an import. */
export type ImportLabel = {
  readonly __typename?: 'ImportLabel';
  /** What kind of label. */
  readonly key: Scalars['String']['output'];
  /** Its text. */
  readonly value: Scalars['String']['output'];
};

/** A label of an import. */
export type ImportLabelInput = {
  /** What kind of label: 1 to 63 characters. */
  readonly key: Scalars['String']['input'];
  /** Its text: at most 255 characters. */
  readonly value: Scalars['String']['input'];
};

/**
 * Where an import that changed stands with the filter, for whoever has seen everything up to `after`.
 * A list of all imports that match is kept by doing what each value says.
 */
export type ImportMembership =
  /** It matches now and did not before, or was not there: add it, in place of what you may hold of it. */
  | 'ENTERED'
  /**
   * It matched and no longer does: remove it, if you hold it. It may have come and gone unseen. Its
   * further changes are not told until it matches again.
   */
  | 'LEFT'
  /** It matches as it did before: put it in the place of what you hold of it, or add it. */
  | 'MATCHES';

/** A part of an import that can change. */
export type ImportPart =
  /** `job.continueOnError`. */
  | 'CONTINUE_ON_ERROR'
  /** `counters`. */
  | 'COUNTERS'
  /** `job.effect`. */
  | 'EFFECT'
  /** `job.error`. */
  | 'ERROR'
  /** `labels`. */
  | 'LABELS'
  /** `job.message`, `job.providerStatus` or `job.explanation`. */
  | 'MESSAGE'
  /** `job.outcome`. */
  | 'OUTCOME'
  /** `job.phase`. */
  | 'PHASE'
  /** `job.progressPercent`. */
  | 'PROGRESS'
  /** `resources`. */
  | 'RESOURCES'
  /** What is known of its rows, or which of them are held. */
  | 'ROW_ERRORS'
  /** When the vendor accepted, began or ended the job, or when it forgets it. */
  | 'TIMES';

/** One configured vendor environment, such as "our Collibra production". */
export type ImportProvider = {
  readonly __typename?: 'ImportProvider';
  /** How many requests it allows us and how many are left; null when it sets no limit. */
  readonly budget?: Maybe<ImportProviderBudget>;
  /** What it can and cannot tell. */
  readonly capabilities: ImportProviderCapabilities;
  /** Whether it answers. */
  readonly health: ImportProviderHealth;
  /** Its id in the configuration. */
  readonly id: Scalars['ID']['output'];
  /** Which vendor it is: `collibra`, `marketing-cloud`, `micro` or `qobra`. */
  readonly kind: Scalars['String']['output'];
  /** Its name, for people. */
  readonly name: Scalars['String']['output'];
};

/** How many requests a provider allows us. */
export type ImportProviderBudget = {
  readonly __typename?: 'ImportProviderBudget';
  /** Requests a calendar month (UTC); null when not limited. */
  readonly perMonth?: Maybe<Scalars['Int']['output']>;
  /** Requests a second; null when not limited. */
  readonly perSecond?: Maybe<Scalars['Int']['output']>;
  /** Requests left this month; null when not limited. */
  readonly remainingThisMonth?: Maybe<Scalars['Int']['output']>;
  /** When the month's count starts again. */
  readonly resetsAt: Scalars['DateTime']['output'];
  /** Requests made this month. */
  readonly usedThisMonth: Scalars['Int']['output'];
};

/** What a provider can and cannot tell. */
export type ImportProviderCapabilities = {
  readonly __typename?: 'ImportProviderCapabilities';
  /** Whether `recordImport` accepts its responses. */
  readonly acceptsResponses: Scalars['Boolean']['output'];
  /** Whether it reports the rows that did not fail, too. */
  readonly reportsEveryRow: Scalars['Boolean']['output'];
  /** Whether it reports failed rows one by one, where we are let; otherwise only their number is known. */
  readonly reportsRowErrors: Scalars['Boolean']['output'];
  /** How many days it keeps a finished import; null when it does not say. */
  readonly retentionDays?: Maybe<Scalars['Float']['output']>;
};

/** Why a vendor could not answer. */
export type ImportProviderError = {
  readonly __typename?: 'ImportProviderError';
  /** What kind of failure it is. */
  readonly kind: ImportProviderErrorKind;
  /** What was expected and what came. The vendor's own words stand between “ and ”, without what may be a value of a row. */
  readonly message: Scalars['String']['output'];
};

/** What kind of failure a vendor's is. */
export type ImportProviderErrorKind =
  /** It does not know the import. */
  | 'NOT_FOUND'
  /** It, or our budget, told us to ask less often. */
  | 'RATE_LIMITED'
  /** It did not answer in time. */
  | 'TIMEOUT'
  /** It refused our credentials: somebody must act. */
  | 'UNAUTHORIZED'
  /** It could not be reached, or failed. */
  | 'UNAVAILABLE'
  /** It answered something that we do not understand. */
  | 'UNEXPECTED_RESPONSE';

/** Whether a provider answers us. */
export type ImportProviderHealth = {
  readonly __typename?: 'ImportProviderHealth';
  /** Why it last failed; null once it answers again. */
  readonly error?: Maybe<ImportProviderError>;
  /**
   * The imports whose end may never be known, as things stand: the vendor forgets them before what is left
   * of the budget lets us look at them, or may have forgotten them. Null where it does not say how long it
   * keeps an import.
   */
  readonly importsAtRisk?: Maybe<ImportsAtRisk>;
  /** When it last failed. */
  readonly lastFailureAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it last answered. */
  readonly lastSuccessAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it is asked again; null when it is asked on schedule. */
  readonly retryAt?: Maybe<Scalars['DateTime']['output']>;
  /** What to make of the rest. */
  readonly state: ImportProviderHealthState;
};


/** Whether a provider answers us. */
export type ImportProviderHealthImportsAtRiskArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** What to make of a provider's health. */
export type ImportProviderHealthState =
  /** It failed the last time, and is still asked on schedule. */
  | 'DEGRADED'
  /** It keeps failing, or told us to wait: it is left alone until `retryAt`. */
  | 'DOWN'
  /** Its last answer was good. */
  | 'HEALTHY'
  /** It was not asked yet. */
  | 'UNKNOWN';

/** One numbered change in what is known of an import. */
export type ImportRevision = {
  readonly __typename?: 'ImportRevision';
  /**
   * What differs from the revision before; of the first revision, from an import of which nothing was
   * observed. Null where an earlier release did not keep it.
   */
  readonly changed?: Maybe<ReadonlyArray<ImportPart>>;
  /** How many rows, over the whole import. */
  readonly counters: ResourceCounters;
  /** What was in the target? */
  readonly effect: CommitEffect;
  /** What labels it had; null where an earlier release did not keep them. */
  readonly labels?: Maybe<ReadonlyArray<ImportLabel>>;
  /** When we saw it; of a change of labels, when they were set. */
  readonly observedAt: Scalars['DateTime']['output'];
  /**
   * When the change happened, as the vendor says: of a change of phase, when that phase began. Null for
   * any other change, and where the vendor does not say.
   */
  readonly occurredAt?: Maybe<Scalars['DateTime']['output']>;
  /** How did it end? */
  readonly outcome?: Maybe<JobOutcome>;
  /** Was it still going? */
  readonly phase: JobPhase;
  /** Its place in the order of all changes. */
  readonly position: Scalars['String']['output'];
  /** Percent, 0 to 100, as the vendor said it. */
  readonly progressPercent?: Maybe<Scalars['Float']['output']>;
  /** The vendor's words for the state, verbatim. */
  readonly providerStatus?: Maybe<Scalars['String']['output']>;
  /** Its number: dense, starting at 1. */
  readonly revision: Scalars['Int']['output'];
};

/** A page of revisions. */
export type ImportRevisionConnection = {
  readonly __typename?: 'ImportRevisionConnection';
  /** The revisions with their cursors. */
  readonly edges: ReadonlyArray<ImportRevisionEdge>;
  /** The revisions. */
  readonly nodes: ReadonlyArray<ImportRevision>;
  /** Whether there are more, and where to continue. */
  readonly pageInfo: PageInfo;
};

/** A revision and its place in the list. */
export type ImportRevisionEdge = {
  readonly __typename?: 'ImportRevisionEdge';
  /** For `after`: the revision's position. */
  readonly cursor: Scalars['String']['output'];
  /** The revision. */
  readonly node: ImportRevision;
};

/** One input row, and what became of it. */
export type ImportRow = {
  readonly __typename?: 'ImportRow';
  /** Why it failed; null when it did not. */
  readonly error?: Maybe<RowError>;
  /** Names this row, for good once its import is finished. */
  readonly id: Scalars['ID']['output'];
  /** The vendor's number for the row, verbatim. */
  readonly number?: Maybe<Scalars['Int']['output']>;
  /** What `number` counts. */
  readonly numberBasis: RowNumberBasis;
  /** What became of it. */
  readonly outcome: ImportRowOutcome;
  /** The id of the record in the target. */
  readonly recordId?: Maybe<Scalars['String']['output']>;
  /** The key of the resource the row was meant for. */
  readonly resource?: Maybe<Scalars['String']['output']>;
};

/** How much of an import's rows is held. */
export type ImportRowAvailability =
  /** Every row. */
  | 'COMPLETE'
  /** None: the vendor does not report them, or they could not be captured. */
  | 'COUNT_ONLY'
  /** None: the vendor forgot them before they could be captured. */
  | 'EXPIRED'
  /** Those that failed: the vendor does not report the others. */
  | 'FAILED_ONLY'
  /** Not all yet: the import is running, or its rows are being captured. */
  | 'PENDING'
  /** None any more: they were deleted here when they were older than the configured retention. */
  | 'PRUNED'
  /** Fewer than the vendor counted. */
  | 'TRUNCATED';

/** A page of rows. */
export type ImportRowConnection = {
  readonly __typename?: 'ImportRowConnection';
  /** How much of the rows is held. */
  readonly availability: ImportRowAvailability;
  /** The rows with their cursors. */
  readonly edges: ReadonlyArray<ImportRowEdge>;
  /** The most failed rows that are kept, and the most others; null unless there were more. */
  readonly limit?: Maybe<Scalars['Int']['output']>;
  /** The rows. */
  readonly nodes: ReadonlyArray<ImportRow>;
  /** Whether there are more, and where to continue. */
  readonly pageInfo: PageInfo;
  /** How many such rows the vendor showed, which may be more than are held; null while it shows none. */
  readonly totalCount?: Maybe<Scalars['Int']['output']>;
};

/** A row and its place in the list. */
export type ImportRowEdge = {
  readonly __typename?: 'ImportRowEdge';
  /** For `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: ImportRow;
};

/** What became of an input row. */
export type ImportRowOutcome =
  /** A record was made of it. */
  | 'CREATED'
  /** Its record was there already. */
  | 'EXISTING'
  /** It failed. */
  | 'FAILED'
  /** It was carried out, and the vendor does not say how. */
  | 'SUCCEEDED'
  /** The vendor does not say. */
  | 'UNKNOWN'
  /** A record was changed by it. */
  | 'UPDATED';

/** A kind of file with rows. */
export type ImportRowsFormat =
  /**
   * The columns of the input and then `_error_code`, `_error_message`, `_number` and more, to be fixed
   * and loaded again. Cells that a spreadsheet would run as a formula begin with `'`.
   */
  | 'CSV'
  /** One JSON object a line. */
  | 'NDJSON';

/** Why a stream ended. */
export type ImportStreamEnd = {
  readonly __typename?: 'ImportStreamEnd';
  /** What to do about it. */
  readonly reason: ImportStreamEndReason;
  /** Resume with this as `after`. */
  readonly resumeAfter: Scalars['String']['output'];
};

/** Why a stream ended. */
export type ImportStreamEndReason =
  /** Your credentials ran out: resume with new ones. */
  | 'AUTH_EXPIRED'
  /** This server is stopping: resume with another. */
  | 'DRAINING'
  /** You took too long to read: resume. */
  | 'LAGGED'
  /** Nothing more can come. */
  | 'SETTLED';

/** What was wrong with the input of a mutation. */
export type ImportUserError = {
  readonly __typename?: 'ImportUserError';
  /** For programs. */
  readonly code: ImportUserErrorCode;
  /** The path of the input field, such as `["input", "externalId"]`. */
  readonly field?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What was wrong and what to do. */
  readonly message: Scalars['String']['output'];
};

/** What was wrong with the input of a mutation, for programs. */
export type ImportUserErrorCode =
  /** The import has already ended, and this response says something else. */
  | 'ALREADY_FINISHED'
  /** The id is not of the form that it must have. */
  | 'INVALID_ID'
  /** A label is too long, empty, or one too many. */
  | 'INVALID_LABEL'
  /** The response is not one that this provider's vendor would send for this import. */
  | 'INVALID_RESPONSE'
  /** This provider does not accept responses. */
  | 'RESPONSES_NOT_ACCEPTED'
  /** No import with this id is known. */
  | 'UNKNOWN_IMPORT'
  /** No provider with this id is configured. */
  | 'UNKNOWN_PROVIDER';

/**
 * A part of an import with counters of its own: a Collibra resource type, a Qobra data table, a
 * Marketing Cloud destination.
 */
export type ImportedResource = {
  readonly __typename?: 'ImportedResource';
  /** What it is made up of. */
  readonly categories: ReadonlyArray<ImportedResource>;
  /** Its row counts; they already include those of its categories. */
  readonly counters: ResourceCounters;
  /** Why this part failed. */
  readonly error?: Maybe<JobError>;
  /** What the vendor calls this part. */
  readonly key?: Maybe<Scalars['String']['output']>;
  /** Its name, for people. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Is it still going? Null where the vendor does not say it of parts. */
  readonly phase?: Maybe<JobPhase>;
  /** Percent, 0 to 100, as the vendor says it. */
  readonly progressPercent?: Maybe<Scalars['Float']['output']>;
  /** The vendor's word for what kind of thing was loaded. */
  readonly type: Scalars['String']['output'];
};

/**
 * Imports whose end may never be known, unless others end soon or are watched no more, or the budget is
 * raised.
 */
export type ImportsAtRisk = {
  readonly __typename?: 'ImportsAtRisk';
  /** When the vendor forgets the first of them, at the earliest; null when there is none. */
  readonly firstExpiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** They themselves, the one that is forgotten first first. */
  readonly nodes: ReadonlyArray<Import>;
  /** How many there are; 0 while the budget lasts. */
  readonly totalCount: Scalars['Int']['output'];
};

/**
 * The execution of an import. Three questions, three fields: is it still going (`phase`), how did it
 * end (`outcome`), what is in the target now (`effect`).
 */
export type Job = {
  readonly __typename?: 'Job';
  /** Whether it was started to go on after a failed row; null when nobody said. */
  readonly continueOnError?: Maybe<Scalars['Boolean']['output']>;
  /** What is in the target now? */
  readonly effect: CommitEffect;
  /** Why it failed as a whole. */
  readonly error?: Maybe<JobError>;
  /** When the vendor forgets it. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** One sentence that names the rule by which phase, outcome and effect were read. */
  readonly explanation?: Maybe<Scalars['String']['output']>;
  /** When it ended, by the vendor's clock. */
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The id of its import. */
  readonly id: Scalars['ID']['output'];
  /** The vendor's message about it. Without the scope `imports:rows`, values in it are replaced by `…`. */
  readonly message?: Maybe<Scalars['String']['output']>;
  /** How did it end? Null until it is finished. */
  readonly outcome?: Maybe<JobOutcome>;
  /** Is it still going? */
  readonly phase: JobPhase;
  /** Percent, 0 to 100, as the vendor says it. A finished job need not say 100. */
  readonly progressPercent?: Maybe<Scalars['Float']['output']>;
  /** The vendor's words for its state, verbatim. */
  readonly providerStatus?: Maybe<Scalars['String']['output']>;
  /** When the vendor accepted it. */
  readonly queuedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it began to run. */
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
};

/**
 * Why a job, or a part of it, failed: the vendor's words. They may quote a row: without the scope
 * `imports:rows`, values in them are replaced by `…`.
 */
export type JobError = {
  readonly __typename?: 'JobError';
  /** The vendor's code. */
  readonly code?: Maybe<Scalars['String']['output']>;
  /** More about it. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** What went wrong. */
  readonly message: Scalars['String']['output'];
};

/** How did it end? */
export type JobOutcome =
  /** The vendor stopped it because too many rows failed. */
  | 'ABORTED'
  /** Somebody canceled it. */
  | 'CANCELED'
  /** It went to its end and some rows failed, perhaps all of them. */
  | 'COMPLETED_WITH_ERRORS'
  /** It failed. */
  | 'FAILED'
  /** Every row was carried out. */
  | 'SUCCEEDED'
  /** It ended, and the evidence does not say how. */
  | 'UNKNOWN';

/** Is it still going? */
export type JobPhase =
  /** Asked to stop, not stopped yet. */
  | 'CANCELING'
  /** Over, in whatever way. */
  | 'FINISHED'
  /** Accepted, not begun. */
  | 'QUEUED'
  /** Being carried out. */
  | 'RUNNING'
  /** Not observed yet, or the vendor says a word that we do not know. */
  | 'UNKNOWN';

export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Makes an import of a vendor response that you hand in as it came: a synchronous import has no job
   * that could be watched. Handing in the same response again changes nothing. Only for providers
   * whose `capabilities.acceptsResponses` is true.
   */
  readonly recordImport: RecordImportPayload;
  /**
   * Looks at an import now rather than on schedule, and waits for that look for up to three seconds.
   * A settled import, and one looked at a moment ago, is answered as it is.
   */
  readonly refreshImport: RefreshImportPayload;
  /**
   * Watches an import from now on. Tracking it again changes its labels and flag to those given, and
   * starts looking again where the vendor did not know it or nobody wanted it looked at.
   */
  readonly trackImport: TrackImportPayload;
  /** Stops looking at an import. What is known of it is kept and still answers. */
  readonly untrackImport: UntrackImportPayload;
};


export type MutationRecordImportArgs = {
  input: RecordImportInput;
};


export type MutationRefreshImportArgs = {
  input: RefreshImportInput;
};


export type MutationTrackImportArgs = {
  input: TrackImportInput;
};


export type MutationUntrackImportArgs = {
  input: UntrackImportInput;
};

/** Whether a list goes on, and where to continue. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** The cursor of the page's last item, for `after`. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether there are more after this page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether this page continues an earlier one. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the page's first item. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

export type Query = {
  readonly __typename?: 'Query';
  /**
   * The import with this id. Null when nobody tracks it and its vendor knows no such import. One that
   * nobody has seen yet is looked at once, however many ask; the answer waits for that look for up to
   * three seconds and then says `PENDING`.
   */
  readonly import?: Maybe<Import>;
  /** The import that a provider knows by this id of its own. Otherwise like `import`. */
  readonly importByExternalId?: Maybe<Import>;
  /**
   * What changed after a position, the oldest change first: for those who cannot hold a stream. Each
   * import stands in a page once, in its latest state; also one that has left the filter, with
   * `membership: LEFT`. Ask again with `endPosition`.
   */
  readonly importChanges: ImportChangePage;
  /** The configured provider with this id, or null. */
  readonly importProvider?: Maybe<ImportProvider>;
  /** Every configured provider, in the order of the configuration. */
  readonly importProviders: ReadonlyArray<ImportProvider>;
  /** Imports that match the filter, the one that changed last first. */
  readonly imports: ImportConnection;
};


export type QueryImportArgs = {
  id: Scalars['ID']['input'];
};


export type QueryImportByExternalIdArgs = {
  externalId: Scalars['String']['input'];
  providerId: Scalars['ID']['input'];
};


export type QueryImportChangesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ImportFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryImportProviderArgs = {
  id: Scalars['ID']['input'];
};


export type QueryImportsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ImportFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A vendor response to make an import of. */
export type RecordImportInput = {
  /** A name of your choosing that makes this import one of a kind; the job id where there is one. */
  readonly externalId: Scalars['String']['input'];
  /** Text to find it by later; at most 20. Left as they are when absent. */
  readonly labels?: InputMaybe<ReadonlyArray<ImportLabelInput>>;
  /** The id of a configured provider whose `capabilities.acceptsResponses` is true. */
  readonly providerId: Scalars['ID']['input'];
  /** The vendor's response body, as it came. */
  readonly response: Scalars['JSON']['input'];
};

/** What recording answers. */
export type RecordImportPayload = {
  readonly __typename?: 'RecordImportPayload';
  /** The import; null when there are errors. */
  readonly import?: Maybe<Import>;
  /** What was wrong with the input. */
  readonly userErrors: ReadonlyArray<ImportUserError>;
};

/** What to look at. */
export type RefreshImportInput = {
  /** The global id: `<providerId>:<externalId>`. */
  readonly id: Scalars['ID']['input'];
};

/** What refreshing answers. */
export type RefreshImportPayload = {
  readonly __typename?: 'RefreshImportPayload';
  /** The import; null when there are errors. */
  readonly import?: Maybe<Import>;
  /** What was wrong with the input. */
  readonly userErrors: ReadonlyArray<ImportUserError>;
};

/**
 * Row counts as the vendor reports them: null when it does not say (or when it is beyond 2147483647,
 * which GraphQL cannot carry), 0 when it says zero.
 */
export type ResourceCounters = {
  readonly __typename?: 'ResourceCounters';
  /** Records made. */
  readonly added?: Maybe<Scalars['Int']['output']>;
  /** Whether the counters agree with each other; null where the sums cannot be checked. */
  readonly balanced?: Maybe<Scalars['Boolean']['output']>;
  /** Rows that the vendor called duplicates. */
  readonly duplicated?: Maybe<Scalars['Int']['output']>;
  /** Rows that failed. */
  readonly failed?: Maybe<Scalars['Int']['output']>;
  /** Rows that met an existing record by the import's own matching key. */
  readonly matched?: Maybe<Scalars['Int']['output']>;
  /** Rows attempted, failed ones included. */
  readonly processed?: Maybe<Scalars['Int']['output']>;
  /** Records taken away. */
  readonly removed?: Maybe<Scalars['Int']['output']>;
  /** Rows carried out. */
  readonly succeeded?: Maybe<Scalars['Int']['output']>;
  /** Rows in the import. */
  readonly total?: Maybe<Scalars['Int']['output']>;
  /** Records changed. */
  readonly updated?: Maybe<Scalars['Int']['output']>;
};

/** One input row that failed. */
export type RowError = {
  readonly __typename?: 'RowError';
  /** The vendor's code. */
  readonly code?: Maybe<Scalars['String']['output']>;
  /** More about it. Values in it are replaced as in `message`. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** Names this row error, for good once its import is finished. */
  readonly id: Scalars['ID']['output'];
  /**
   * Why it failed. May quote the row: without the scope `imports:rows`, values in it are replaced by
   * `…`.
   */
  readonly message: Scalars['String']['output'];
  /** The vendor's number for the row, verbatim; the first where it gives several. */
  readonly number?: Maybe<Scalars['Int']['output']>;
  /** What `number` counts. */
  readonly numberBasis: RowNumberBasis;
  /** All numbers that the vendor gives for it. */
  readonly numbers: ReadonlyArray<Scalars['Int']['output']>;
  /** The id of the record in the target. */
  readonly recordId?: Maybe<Scalars['String']['output']>;
  /** The key of the resource the row was meant for. */
  readonly resource?: Maybe<Scalars['String']['output']>;
  /**
   * The input row, or what the vendor quotes of it. Personal data: needs the scope `imports:rows`, else
   * it is null with an error.
   */
  readonly values?: Maybe<Scalars['JSON']['output']>;
  /** In what form `values` are held, and if not, why not. */
  readonly valuesForm: RowErrorValuesForm;
};

/** How much of an import's row errors is held. */
export type RowErrorAvailability =
  /** All of them, which may be none. */
  | 'COMPLETE'
  /** Only how many there are: the vendor does not report them, or they are not captured. */
  | 'COUNT_ONLY'
  /** None: the vendor forgot them before they could be captured. */
  | 'EXPIRED'
  /** Not all yet: the import is running, or its rows are being captured. */
  | 'PENDING'
  /** None any more: they were deleted here when they were older than the configured retention. */
  | 'PRUNED'
  /** Fewer than the vendor counted: there were more than `limit`, or it did not show them all. */
  | 'TRUNCATED';

/** A page of row errors. */
export type RowErrorConnection = {
  readonly __typename?: 'RowErrorConnection';
  /** How much of the row errors is held. */
  readonly availability: RowErrorAvailability;
  /** The row errors with their cursors. */
  readonly edges: ReadonlyArray<RowErrorEdge>;
  /** The most row errors that are kept of an import of this provider; null unless there were more. */
  readonly limit?: Maybe<Scalars['Int']['output']>;
  /** The row errors. */
  readonly nodes: ReadonlyArray<RowError>;
  /** Whether there are more, and where to continue. */
  readonly pageInfo: PageInfo;
  /** How many rows failed by the vendor's count, which may be more than are held; null if unknown. */
  readonly totalCount?: Maybe<Scalars['Int']['output']>;
};

/** A row error and its place in the list. */
export type RowErrorEdge = {
  readonly __typename?: 'RowErrorEdge';
  /** For `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The row error. */
  readonly node: RowError;
};

/** Row errors with one cause: the same code, and the same message once its values are taken out. */
export type RowErrorGroup = {
  readonly __typename?: 'RowErrorGroup';
  /** The vendor's code. */
  readonly code?: Maybe<Scalars['String']['output']>;
  /** How many of the held row errors have this cause. */
  readonly count: Scalars['Int']['output'];
  /** The lowest number among them. */
  readonly firstNumber?: Maybe<Scalars['Int']['output']>;
  /** The highest number among them. */
  readonly lastNumber?: Maybe<Scalars['Int']['output']>;
  /** The message with its values replaced by `…`. */
  readonly message: Scalars['String']['output'];
  /** The first of them. */
  readonly sample: RowError;
};

/** In what form the values of a row are held. */
export type RowErrorValuesForm =
  /** Not at all, because the configuration says so. */
  | 'DROPPED'
  /** Each value as a keyed hash: the same value has the same hash, and cannot be read. */
  | 'HASHED'
  /** Not at all, because the vendor sends none. */
  | 'NONE'
  /** Not at all, because they are larger than 64 KiB or nested deeper than 64 levels. */
  | 'OVERSIZED'
  /** As the vendor sent them. */
  | 'VERBATIM';

/** What a row number counts. Whether the first is 0 or 1 is the vendor's choice. */
export type RowNumberBasis =
  /** Commands of the input. */
  | 'COMMAND'
  /** Rows of the request. */
  | 'INPUT'
  /** Lines of the input. */
  | 'LINE'
  /** Places in the vendor's list of results. */
  | 'RESULT_POSITION'
  /** The vendor gives no number, or does not say what it counts. */
  | 'UNSTATED';

export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * One import: first where it stands (or, with `after`, where it stands if that is newer), then each
   * change. Ends by itself, with a last event that has `end`, when nothing more can come.
   */
  readonly importChanged: ImportEvent;
  /**
   * Every import that matches the filter and was observed: first where each stands (or, with `after`,
   * those that changed since), the oldest change first, then each change after which it matches. An
   * import that leaves the filter is sent once more, with `membership: LEFT`.
   */
  readonly importsChanged: ImportEvent;
};


export type SubscriptionImportChangedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
};


export type SubscriptionImportsChangedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ImportFilter>;
};

/** What to watch. */
export type TrackImportInput = {
  /** Whether it was started to go on after a failed row. Left as it is when absent. */
  readonly continueOnError?: InputMaybe<Scalars['Boolean']['input']>;
  /** What the vendor calls the import. */
  readonly externalId: Scalars['String']['input'];
  /** Text to find it by later; at most 20. Left as they are when absent. */
  readonly labels?: InputMaybe<ReadonlyArray<ImportLabelInput>>;
  /** The id of a configured provider. */
  readonly providerId: Scalars['ID']['input'];
};

/** What tracking answers. */
export type TrackImportPayload = {
  readonly __typename?: 'TrackImportPayload';
  /** The import; null when there are errors. */
  readonly import?: Maybe<Import>;
  /** What was wrong with the input. */
  readonly userErrors: ReadonlyArray<ImportUserError>;
};

/** What to stop looking at. */
export type UntrackImportInput = {
  /** The global id: `<providerId>:<externalId>`. */
  readonly id: Scalars['ID']['input'];
};

/** What untracking answers. */
export type UntrackImportPayload = {
  readonly __typename?: 'UntrackImportPayload';
  /** The import; null when there are errors. */
  readonly import?: Maybe<Import>;
  /** What was wrong with the input. */
  readonly userErrors: ReadonlyArray<ImportUserError>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Import: Import;
  ImportProvider: ImportProvider;
  Job: Job;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Import:
    ( { __typename: 'Import' }
    & ( GraphQLRecursivePick<FederationTypes['Import'], {"id":true}>
        | GraphQLRecursivePick<FederationTypes['Import'], {"providerId":true,"externalId":true}> ) );
  ImportProvider:
    ( { __typename: 'ImportProvider' }
    & GraphQLRecursivePick<FederationTypes['ImportProvider'], {"id":true}> );
  Job:
    ( { __typename: 'Job' }
    & GraphQLRecursivePick<FederationTypes['Job'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  CommitEffect: CommitEffect;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Import: ResolverTypeWrapper<ImportModel>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  ImportChange: ResolverTypeWrapper<ChangeModel>;
  ImportChangeGap: ResolverTypeWrapper<GapModel>;
  ImportChangePage: ResolverTypeWrapper<Omit<ImportChangePage, 'gap' | 'nodes'> & { gap?: Maybe<ResolversTypes['ImportChangeGap']>, nodes: ReadonlyArray<ResolversTypes['ImportChange']> }>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  ImportConnection: ResolverTypeWrapper<Omit<ImportConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ImportEdge']>, nodes: ReadonlyArray<ResolversTypes['Import']> }>;
  ImportEdge: ResolverTypeWrapper<Omit<ImportEdge, 'node'> & { node: ResolversTypes['Import'] }>;
  ImportEvent: ResolverTypeWrapper<EventModel>;
  ImportFilter: ImportFilter;
  ImportFreshness: ResolverTypeWrapper<FreshnessModel>;
  ImportFreshnessState: ImportFreshnessState;
  ImportLabel: ResolverTypeWrapper<ImportLabel>;
  ImportLabelInput: ImportLabelInput;
  ImportMembership: ImportMembership;
  ImportPart: ImportPart;
  ImportProvider: ResolverTypeWrapper<WatchedProvider>;
  ImportProviderBudget: ResolverTypeWrapper<ImportProviderBudget>;
  ImportProviderCapabilities: ResolverTypeWrapper<ImportProviderCapabilities>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ImportProviderError: ResolverTypeWrapper<LookFailureModel>;
  ImportProviderErrorKind: ImportProviderErrorKind;
  ImportProviderHealth: ResolverTypeWrapper<HealthModel>;
  ImportProviderHealthState: ImportProviderHealthState;
  ImportRevision: ResolverTypeWrapper<RevisionModel>;
  ImportRevisionConnection: ResolverTypeWrapper<Omit<ImportRevisionConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ImportRevisionEdge']>, nodes: ReadonlyArray<ResolversTypes['ImportRevision']> }>;
  ImportRevisionEdge: ResolverTypeWrapper<Omit<ImportRevisionEdge, 'node'> & { node: ResolversTypes['ImportRevision'] }>;
  ImportRow: ResolverTypeWrapper<ImportRowModel>;
  ImportRowAvailability: ImportRowAvailability;
  ImportRowConnection: ResolverTypeWrapper<Omit<ImportRowConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ImportRowEdge']>, nodes: ReadonlyArray<ResolversTypes['ImportRow']> }>;
  ImportRowEdge: ResolverTypeWrapper<Omit<ImportRowEdge, 'node'> & { node: ResolversTypes['ImportRow'] }>;
  ImportRowOutcome: ImportRowOutcome;
  ImportRowsFormat: ImportRowsFormat;
  ImportStreamEnd: ResolverTypeWrapper<ImportStreamEnd>;
  ImportStreamEndReason: ImportStreamEndReason;
  ImportUserError: ResolverTypeWrapper<ImportUserError>;
  ImportUserErrorCode: ImportUserErrorCode;
  ImportedResource: ResolverTypeWrapper<ResourceModel>;
  ImportsAtRisk: ResolverTypeWrapper<Omit<ImportsAtRisk, 'nodes'> & { nodes: ReadonlyArray<ResolversTypes['Import']> }>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Job: ResolverTypeWrapper<JobModel>;
  JobError: ResolverTypeWrapper<JobErrorModel>;
  JobOutcome: JobOutcome;
  JobPhase: JobPhase;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RecordImportInput: RecordImportInput;
  RecordImportPayload: ResolverTypeWrapper<Omit<RecordImportPayload, 'import'> & { import?: Maybe<ResolversTypes['Import']> }>;
  RefreshImportInput: RefreshImportInput;
  RefreshImportPayload: ResolverTypeWrapper<Omit<RefreshImportPayload, 'import'> & { import?: Maybe<ResolversTypes['Import']> }>;
  ResourceCounters: ResolverTypeWrapper<CountersModel>;
  RowError: ResolverTypeWrapper<RowErrorModel>;
  RowErrorAvailability: RowErrorAvailability;
  RowErrorConnection: ResolverTypeWrapper<Omit<RowErrorConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['RowErrorEdge']>, nodes: ReadonlyArray<ResolversTypes['RowError']> }>;
  RowErrorEdge: ResolverTypeWrapper<Omit<RowErrorEdge, 'node'> & { node: ResolversTypes['RowError'] }>;
  RowErrorGroup: ResolverTypeWrapper<RowErrorGroupModel>;
  RowErrorValuesForm: RowErrorValuesForm;
  RowNumberBasis: RowNumberBasis;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TrackImportInput: TrackImportInput;
  TrackImportPayload: ResolverTypeWrapper<Omit<TrackImportPayload, 'import'> & { import?: Maybe<ResolversTypes['Import']> }>;
  UntrackImportInput: UntrackImportInput;
  UntrackImportPayload: ResolverTypeWrapper<Omit<UntrackImportPayload, 'import'> & { import?: Maybe<ResolversTypes['Import']> }>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  Import: ImportModel;
  String: Scalars['String']['output'];
  Int: Scalars['Int']['output'];
  ID: Scalars['ID']['output'];
  ImportChange: ChangeModel;
  ImportChangeGap: GapModel;
  ImportChangePage: Omit<ImportChangePage, 'gap' | 'nodes'> & { gap?: Maybe<ResolversParentTypes['ImportChangeGap']>, nodes: ReadonlyArray<ResolversParentTypes['ImportChange']> };
  Boolean: Scalars['Boolean']['output'];
  ImportConnection: Omit<ImportConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ImportEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Import']> };
  ImportEdge: Omit<ImportEdge, 'node'> & { node: ResolversParentTypes['Import'] };
  ImportEvent: EventModel;
  ImportFilter: ImportFilter;
  ImportFreshness: FreshnessModel;
  ImportLabel: ImportLabel;
  ImportLabelInput: ImportLabelInput;
  ImportProvider: WatchedProvider;
  ImportProviderBudget: ImportProviderBudget;
  ImportProviderCapabilities: ImportProviderCapabilities;
  Float: Scalars['Float']['output'];
  ImportProviderError: LookFailureModel;
  ImportProviderHealth: HealthModel;
  ImportRevision: RevisionModel;
  ImportRevisionConnection: Omit<ImportRevisionConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ImportRevisionEdge']>, nodes: ReadonlyArray<ResolversParentTypes['ImportRevision']> };
  ImportRevisionEdge: Omit<ImportRevisionEdge, 'node'> & { node: ResolversParentTypes['ImportRevision'] };
  ImportRow: ImportRowModel;
  ImportRowConnection: Omit<ImportRowConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ImportRowEdge']>, nodes: ReadonlyArray<ResolversParentTypes['ImportRow']> };
  ImportRowEdge: Omit<ImportRowEdge, 'node'> & { node: ResolversParentTypes['ImportRow'] };
  ImportStreamEnd: ImportStreamEnd;
  ImportUserError: ImportUserError;
  ImportedResource: ResourceModel;
  ImportsAtRisk: Omit<ImportsAtRisk, 'nodes'> & { nodes: ReadonlyArray<ResolversParentTypes['Import']> };
  JSON: Scalars['JSON']['output'];
  Job: JobModel;
  JobError: JobErrorModel;
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  RecordImportInput: RecordImportInput;
  RecordImportPayload: Omit<RecordImportPayload, 'import'> & { import?: Maybe<ResolversParentTypes['Import']> };
  RefreshImportInput: RefreshImportInput;
  RefreshImportPayload: Omit<RefreshImportPayload, 'import'> & { import?: Maybe<ResolversParentTypes['Import']> };
  ResourceCounters: CountersModel;
  RowError: RowErrorModel;
  RowErrorConnection: Omit<RowErrorConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['RowErrorEdge']>, nodes: ReadonlyArray<ResolversParentTypes['RowError']> };
  RowErrorEdge: Omit<RowErrorEdge, 'node'> & { node: ResolversParentTypes['RowError'] };
  RowErrorGroup: RowErrorGroupModel;
  Subscription: Record<PropertyKey, never>;
  TrackImportInput: TrackImportInput;
  TrackImportPayload: Omit<TrackImportPayload, 'import'> & { import?: Maybe<ResolversParentTypes['Import']> };
  UntrackImportInput: UntrackImportInput;
  UntrackImportPayload: Omit<UntrackImportPayload, 'import'> & { import?: Maybe<ResolversParentTypes['Import']> };
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type ImportResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Import'] = ResolversParentTypes['Import'], FederationReferenceType extends FederationReferenceTypes['Import'] = FederationReferenceTypes['Import']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Import']> | FederationReferenceType, FederationReferenceType, ContextType>;
  counters?: Resolver<ResolversTypes['ResourceCounters'], ParentType, ContextType>;
  externalId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  freshness?: Resolver<ResolversTypes['ImportFreshness'], ParentType, ContextType>;
  history?: Resolver<ResolversTypes['ImportRevisionConnection'], ParentType, ContextType, RequireFields<ImportHistoryArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  job?: Resolver<ResolversTypes['Job'], ParentType, ContextType>;
  labels?: Resolver<ReadonlyArray<ResolversTypes['ImportLabel']>, ParentType, ContextType>;
  position?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  provider?: Resolver<Maybe<ResolversTypes['ImportProvider']>, ParentType, ContextType>;
  providerId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  resources?: Resolver<ReadonlyArray<ResolversTypes['ImportedResource']>, ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  rowErrorGroups?: Resolver<ReadonlyArray<ResolversTypes['RowErrorGroup']>, ParentType, ContextType>;
  rowErrors?: Resolver<ResolversTypes['RowErrorConnection'], ParentType, ContextType, RequireFields<ImportRowErrorsArgs, 'first'>>;
  rows?: Resolver<ResolversTypes['ImportRowConnection'], ParentType, ContextType, RequireFields<ImportRowsArgs, 'first'>>;
  rowsExportUrl?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType, RequireFields<ImportRowsExportUrlArgs, 'format'>>;
};

export type ImportChangeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportChange'] = ResolversParentTypes['ImportChange']> = {
  import?: Resolver<ResolversTypes['Import'], ParentType, ContextType>;
  membership?: Resolver<ResolversTypes['ImportMembership'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  skippedRevisions?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ImportChangeGapResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportChangeGap'] = ResolversParentTypes['ImportChangeGap']> = {
  prunedThrough?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ImportChangePageResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportChangePage'] = ResolversParentTypes['ImportChangePage']> = {
  endPosition?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  gap?: Resolver<Maybe<ResolversTypes['ImportChangeGap']>, ParentType, ContextType>;
  hasMore?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['ImportChange']>, ParentType, ContextType>;
};

export type ImportConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportConnection'] = ResolversParentTypes['ImportConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ImportEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Import']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ImportEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportEdge'] = ResolversParentTypes['ImportEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Import'], ParentType, ContextType>;
};

export type ImportEventResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportEvent'] = ResolversParentTypes['ImportEvent']> = {
  end?: Resolver<Maybe<ResolversTypes['ImportStreamEnd']>, ParentType, ContextType>;
  gap?: Resolver<Maybe<ResolversTypes['ImportChangeGap']>, ParentType, ContextType>;
  import?: Resolver<Maybe<ResolversTypes['Import']>, ParentType, ContextType>;
  membership?: Resolver<Maybe<ResolversTypes['ImportMembership']>, ParentType, ContextType>;
  position?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  skippedRevisions?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ImportFreshnessResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportFreshness'] = ResolversParentTypes['ImportFreshness']> = {
  error?: Resolver<Maybe<ResolversTypes['ImportProviderError']>, ParentType, ContextType>;
  nextLookAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  observedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['ImportFreshnessState'], ParentType, ContextType>;
};

export type ImportLabelResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportLabel'] = ResolversParentTypes['ImportLabel']> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ImportProviderResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportProvider'] = ResolversParentTypes['ImportProvider'], FederationReferenceType extends FederationReferenceTypes['ImportProvider'] = FederationReferenceTypes['ImportProvider']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['ImportProvider']> | FederationReferenceType, FederationReferenceType, ContextType>;
  budget?: Resolver<Maybe<ResolversTypes['ImportProviderBudget']>, ParentType, ContextType>;
  capabilities?: Resolver<ResolversTypes['ImportProviderCapabilities'], ParentType, ContextType>;
  health?: Resolver<ResolversTypes['ImportProviderHealth'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ImportProviderBudgetResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportProviderBudget'] = ResolversParentTypes['ImportProviderBudget']> = {
  perMonth?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  perSecond?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  remainingThisMonth?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  resetsAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  usedThisMonth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ImportProviderCapabilitiesResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportProviderCapabilities'] = ResolversParentTypes['ImportProviderCapabilities']> = {
  acceptsResponses?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reportsEveryRow?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reportsRowErrors?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retentionDays?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type ImportProviderErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportProviderError'] = ResolversParentTypes['ImportProviderError']> = {
  kind?: Resolver<ResolversTypes['ImportProviderErrorKind'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ImportProviderHealthResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportProviderHealth'] = ResolversParentTypes['ImportProviderHealth']> = {
  error?: Resolver<Maybe<ResolversTypes['ImportProviderError']>, ParentType, ContextType>;
  importsAtRisk?: Resolver<Maybe<ResolversTypes['ImportsAtRisk']>, ParentType, ContextType, RequireFields<ImportProviderHealthImportsAtRiskArgs, 'first'>>;
  lastFailureAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastSuccessAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  retryAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['ImportProviderHealthState'], ParentType, ContextType>;
};

export type ImportRevisionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportRevision'] = ResolversParentTypes['ImportRevision']> = {
  changed?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ImportPart']>>, ParentType, ContextType>;
  counters?: Resolver<ResolversTypes['ResourceCounters'], ParentType, ContextType>;
  effect?: Resolver<ResolversTypes['CommitEffect'], ParentType, ContextType>;
  labels?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ImportLabel']>>, ParentType, ContextType>;
  observedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  occurredAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['JobOutcome']>, ParentType, ContextType>;
  phase?: Resolver<ResolversTypes['JobPhase'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  progressPercent?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  providerStatus?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ImportRevisionConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportRevisionConnection'] = ResolversParentTypes['ImportRevisionConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ImportRevisionEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['ImportRevision']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ImportRevisionEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportRevisionEdge'] = ResolversParentTypes['ImportRevisionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ImportRevision'], ParentType, ContextType>;
};

export type ImportRowResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportRow'] = ResolversParentTypes['ImportRow']> = {
  error?: Resolver<Maybe<ResolversTypes['RowError']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  number?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  numberBasis?: Resolver<ResolversTypes['RowNumberBasis'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['ImportRowOutcome'], ParentType, ContextType>;
  recordId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  resource?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ImportRowConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportRowConnection'] = ResolversParentTypes['ImportRowConnection']> = {
  availability?: Resolver<ResolversTypes['ImportRowAvailability'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['ImportRowEdge']>, ParentType, ContextType>;
  limit?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['ImportRow']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ImportRowEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportRowEdge'] = ResolversParentTypes['ImportRowEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ImportRow'], ParentType, ContextType>;
};

export type ImportStreamEndResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportStreamEnd'] = ResolversParentTypes['ImportStreamEnd']> = {
  reason?: Resolver<ResolversTypes['ImportStreamEndReason'], ParentType, ContextType>;
  resumeAfter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ImportUserErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportUserError'] = ResolversParentTypes['ImportUserError']> = {
  code?: Resolver<ResolversTypes['ImportUserErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ImportedResourceResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportedResource'] = ResolversParentTypes['ImportedResource']> = {
  categories?: Resolver<ReadonlyArray<ResolversTypes['ImportedResource']>, ParentType, ContextType>;
  counters?: Resolver<ResolversTypes['ResourceCounters'], ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['JobError']>, ParentType, ContextType>;
  key?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  phase?: Resolver<Maybe<ResolversTypes['JobPhase']>, ParentType, ContextType>;
  progressPercent?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ImportsAtRiskResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ImportsAtRisk'] = ResolversParentTypes['ImportsAtRisk']> = {
  firstExpiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Import']>, ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type JobResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Job'] = ResolversParentTypes['Job'], FederationReferenceType extends FederationReferenceTypes['Job'] = FederationReferenceTypes['Job']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Job']> | FederationReferenceType, FederationReferenceType, ContextType>;
  continueOnError?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  effect?: Resolver<ResolversTypes['CommitEffect'], ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['JobError']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  explanation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['JobOutcome']>, ParentType, ContextType>;
  phase?: Resolver<ResolversTypes['JobPhase'], ParentType, ContextType>;
  progressPercent?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  providerStatus?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  queuedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type JobErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['JobError'] = ResolversParentTypes['JobError']> = {
  code?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  detail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  recordImport?: Resolver<ResolversTypes['RecordImportPayload'], ParentType, ContextType, RequireFields<MutationRecordImportArgs, 'input'>>;
  refreshImport?: Resolver<ResolversTypes['RefreshImportPayload'], ParentType, ContextType, RequireFields<MutationRefreshImportArgs, 'input'>>;
  trackImport?: Resolver<ResolversTypes['TrackImportPayload'], ParentType, ContextType, RequireFields<MutationTrackImportArgs, 'input'>>;
  untrackImport?: Resolver<ResolversTypes['UntrackImportPayload'], ParentType, ContextType, RequireFields<MutationUntrackImportArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  import?: Resolver<Maybe<ResolversTypes['Import']>, ParentType, ContextType, RequireFields<QueryImportArgs, 'id'>>;
  importByExternalId?: Resolver<Maybe<ResolversTypes['Import']>, ParentType, ContextType, RequireFields<QueryImportByExternalIdArgs, 'externalId' | 'providerId'>>;
  importChanges?: Resolver<ResolversTypes['ImportChangePage'], ParentType, ContextType, RequireFields<QueryImportChangesArgs, 'first'>>;
  importProvider?: Resolver<Maybe<ResolversTypes['ImportProvider']>, ParentType, ContextType, RequireFields<QueryImportProviderArgs, 'id'>>;
  importProviders?: Resolver<ReadonlyArray<ResolversTypes['ImportProvider']>, ParentType, ContextType>;
  imports?: Resolver<ResolversTypes['ImportConnection'], ParentType, ContextType, RequireFields<QueryImportsArgs, 'first'>>;
};

export type RecordImportPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RecordImportPayload'] = ResolversParentTypes['RecordImportPayload']> = {
  import?: Resolver<Maybe<ResolversTypes['Import']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImportUserError']>, ParentType, ContextType>;
};

export type RefreshImportPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RefreshImportPayload'] = ResolversParentTypes['RefreshImportPayload']> = {
  import?: Resolver<Maybe<ResolversTypes['Import']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImportUserError']>, ParentType, ContextType>;
};

export type ResourceCountersResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ResourceCounters'] = ResolversParentTypes['ResourceCounters']> = {
  added?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  balanced?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  duplicated?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  failed?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  matched?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  processed?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  removed?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  succeeded?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  total?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  updated?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type RowErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RowError'] = ResolversParentTypes['RowError']> = {
  code?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  detail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  number?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  numberBasis?: Resolver<ResolversTypes['RowNumberBasis'], ParentType, ContextType>;
  numbers?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  recordId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  resource?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  values?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  valuesForm?: Resolver<ResolversTypes['RowErrorValuesForm'], ParentType, ContextType>;
};

export type RowErrorConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RowErrorConnection'] = ResolversParentTypes['RowErrorConnection']> = {
  availability?: Resolver<ResolversTypes['RowErrorAvailability'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['RowErrorEdge']>, ParentType, ContextType>;
  limit?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['RowError']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type RowErrorEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RowErrorEdge'] = ResolversParentTypes['RowErrorEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['RowError'], ParentType, ContextType>;
};

export type RowErrorGroupResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RowErrorGroup'] = ResolversParentTypes['RowErrorGroup']> = {
  code?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  firstNumber?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  lastNumber?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sample?: Resolver<ResolversTypes['RowError'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  importChanged?: SubscriptionResolver<ResolversTypes['ImportEvent'], "importChanged", ParentType, ContextType, RequireFields<SubscriptionImportChangedArgs, 'id'>>;
  importsChanged?: SubscriptionResolver<ResolversTypes['ImportEvent'], "importsChanged", ParentType, ContextType, Partial<SubscriptionImportsChangedArgs>>;
};

export type TrackImportPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TrackImportPayload'] = ResolversParentTypes['TrackImportPayload']> = {
  import?: Resolver<Maybe<ResolversTypes['Import']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImportUserError']>, ParentType, ContextType>;
};

export type UntrackImportPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['UntrackImportPayload'] = ResolversParentTypes['UntrackImportPayload']> = {
  import?: Resolver<Maybe<ResolversTypes['Import']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ImportUserError']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphContext> = {
  DateTime?: GraphQLScalarType;
  Import?: ImportResolvers<ContextType>;
  ImportChange?: ImportChangeResolvers<ContextType>;
  ImportChangeGap?: ImportChangeGapResolvers<ContextType>;
  ImportChangePage?: ImportChangePageResolvers<ContextType>;
  ImportConnection?: ImportConnectionResolvers<ContextType>;
  ImportEdge?: ImportEdgeResolvers<ContextType>;
  ImportEvent?: ImportEventResolvers<ContextType>;
  ImportFreshness?: ImportFreshnessResolvers<ContextType>;
  ImportLabel?: ImportLabelResolvers<ContextType>;
  ImportProvider?: ImportProviderResolvers<ContextType>;
  ImportProviderBudget?: ImportProviderBudgetResolvers<ContextType>;
  ImportProviderCapabilities?: ImportProviderCapabilitiesResolvers<ContextType>;
  ImportProviderError?: ImportProviderErrorResolvers<ContextType>;
  ImportProviderHealth?: ImportProviderHealthResolvers<ContextType>;
  ImportRevision?: ImportRevisionResolvers<ContextType>;
  ImportRevisionConnection?: ImportRevisionConnectionResolvers<ContextType>;
  ImportRevisionEdge?: ImportRevisionEdgeResolvers<ContextType>;
  ImportRow?: ImportRowResolvers<ContextType>;
  ImportRowConnection?: ImportRowConnectionResolvers<ContextType>;
  ImportRowEdge?: ImportRowEdgeResolvers<ContextType>;
  ImportStreamEnd?: ImportStreamEndResolvers<ContextType>;
  ImportUserError?: ImportUserErrorResolvers<ContextType>;
  ImportedResource?: ImportedResourceResolvers<ContextType>;
  ImportsAtRisk?: ImportsAtRiskResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  Job?: JobResolvers<ContextType>;
  JobError?: JobErrorResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RecordImportPayload?: RecordImportPayloadResolvers<ContextType>;
  RefreshImportPayload?: RefreshImportPayloadResolvers<ContextType>;
  ResourceCounters?: ResourceCountersResolvers<ContextType>;
  RowError?: RowErrorResolvers<ContextType>;
  RowErrorConnection?: RowErrorConnectionResolvers<ContextType>;
  RowErrorEdge?: RowErrorEdgeResolvers<ContextType>;
  RowErrorGroup?: RowErrorGroupResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TrackImportPayload?: TrackImportPayloadResolvers<ContextType>;
  UntrackImportPayload?: UntrackImportPayloadResolvers<ContextType>;
};

