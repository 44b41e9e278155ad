-- An action is on time if it was done by its first due date; moving the date does not help. Before
-- as_of has reached that date the question is open (null). What was agreed in a session that was
-- deleted went with it.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

actions as (
    select * from {{ ref('int_action_conformed') }}
),

sessions as (
    select * from {{ ref('fct_coaching_session') }}
),

all_sessions as (
    select
        session_id,
        session_date
    from {{ ref('int_session_conformed') }}
),

only_coachees as (
    select
        session_id,
        min(coachee_id) as coachee_id
    from {{ ref('bridge_session_attendee') }}
    group by session_id
    having count(*) = 1
),

present_coachees as (
    select
        session_id,
        coachee_id
    from {{ ref('bridge_session_attendee') }}
    where is_coachee_present and coachee_id <> '(unassigned)'
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'action'
),

dated as (
    select
        a.*,
        coalesce(a.created_date, s.session_date, a.first_due_date) as known_date
    from actions as a
    left join all_sessions as s
        on a.session_id = s.session_id
),

joined as (
    select
        d.*,
        clock.as_of_date,
        s.session_id as known_session_id,
        coalesce(s.coach_id, '(unassigned)') as coach_id,
        coalesce(p.person_id, '(unassigned)') as owner_id,
        coalesce(c.coachee_id, '(unassigned)') as coachee_id,
        lower(d.author_alias) in ('rep', 'coachee', 'sales rep', 'seller')
        or author_coachee.coachee_id is not null as is_rep_worded,
        owner_coachee.coachee_id is not null as is_rep_owner,
        case when d.completed_date <= clock.as_of_date then d.completed_date end as done_date,
        coalesce(flags.is_deleted, false) or coalesce(s.is_deleted, false) as is_deleted,
        coalesce(flags.deleted_date, s.deleted_date) as deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version
    from dated as d
    inner join clock
        on coalesce(d.known_date, clock.as_of_date) <= clock.as_of_date
    left join flags
        on d.action_id = flags.record_key
    left join sessions as s
        on d.session_id = s.session_id
    left join only_coachees as c
        on d.session_id = c.session_id
    left join aliases as p
        on
            d.source_system = p.source_system
            and d.owner_alias = p.alias
            and coalesce(d.known_date, clock.as_of_date) >= p.valid_from
            and coalesce(d.known_date, clock.as_of_date) < p.valid_to
    left join aliases as author
        on
            d.source_system = author.source_system
            and d.author_alias = author.alias
            and coalesce(d.known_date, clock.as_of_date) >= author.valid_from
            and coalesce(d.known_date, clock.as_of_date) < author.valid_to
    left join present_coachees as owner_coachee
        on d.session_id = owner_coachee.session_id and p.person_id = owner_coachee.coachee_id
    left join present_coachees as author_coachee
        on d.session_id = author_coachee.session_id and author.person_id = author_coachee.coachee_id
),

final as (
    select
        action_id,
        known_session_id as session_id,
        coach_id,
        coachee_id,
        owner_id,
        created_date,
        known_date as agreed_date,
        first_due_date,
        due_date,
        done_date as completed_date,
        case
            when status = 'dropped' then 'dropped'
            when done_date is not null then 'done'
            when status in ('done', 'unknown') and completed_date is null then status
            else 'open'
        end as status,
        case
            when first_due_date is null then null
            when done_date is not null then done_date <= first_due_date
            when status in ('done', 'unknown') and completed_date is null then null
            when first_due_date <= as_of_date and coalesce(is_completion_dated, true) then false
        end as is_on_time,
        case
            when not coalesce(is_ownership_told, false) or known_session_id is null then null
            when is_rep_owner or is_rep_worded then true
            when owner_id <> '(unassigned)' then false
        end as is_rep_owned,
        is_deleted,
        deleted_date,
        has_rejected_newer_version,
        source_system,
        _source_file,
        _source_row
    from joined
)

select * from final
