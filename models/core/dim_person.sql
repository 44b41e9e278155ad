with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

people as (
    select * from {{ ref('int_person_described') }}
),

history as (
    select * from {{ ref('dim_person_history') }}
),

-- What the person's accounts were at as_of: closed only if every system says so.
accounts as (
    select
        s.person_id,
        s.source_system,
        s.source_person_id,
        max(
            case
                when
                    not s.is_active
                    and s.valid_from <= clock.as_of_date
                    and s.valid_to > clock.as_of_date
                    then 1
                else 0
            end
        ) as is_closed,
        max(
            case
                when s.valid_from <= clock.as_of_date and s.valid_to > clock.as_of_date
                    then s.inactive_from
            end
        ) as closed_date
    from {{ ref('int_person_status') }} as s
    cross join clock
    group by s.person_id, s.source_system, s.source_person_id
),

statuses as (
    select
        person_id,
        min(is_closed) = 1 as is_closed,
        case when min(is_closed) = 1 then max(closed_date) end as closed_date
    from accounts
    group by person_id
),

titled as (
    select
        v.person_id,
        v.source_system,
        v.job_title,
        row_number() over (
            partition by v.person_id
            order by
                case when coalesce(v.valid_from <= clock.as_of_date, true) then 1 else 2 end asc,
                case when v.valid_from <= clock.as_of_date then v.valid_from end desc nulls last,
                v.valid_from asc nulls first
        ) as recency
    from {{ ref('int_person_version') }} as v
    cross join clock
    where v.job_title is not null
),

titles as (
    select * from titled
    where recency = 1
),

managing as (
    select h.manager_id
    from history as h
    inner join clock
        on h.valid_from <= clock.as_of_date and h.valid_to > clock.as_of_date
    where h.manager_id <> '(unassigned)'
    group by h.manager_id
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'person'
),

-- Where nobody gives a leave date and no roster says otherwise, who has no open account left has
-- left; so has whose record the source deleted, unless another account is open.
endings as (
    select
        p.person_id,
        p.leave_date as given_date,
        case
            when p.leave_date is not null then null
            when p.is_on_roster or s.person_id is null then f.deleted_date
            when s.is_closed
                then coalesce(least(s.closed_date, f.deleted_date), s.closed_date, f.deleted_date)
        end as stamped_date,
        p.leave_date is null
        and case
            when p.is_on_roster or s.person_id is null then coalesce(f.is_deleted, false)
            else s.is_closed
        end as is_gone
    from people as p
    left join statuses as s
        on p.person_id = s.person_id
    left join flags as f
        on p.person_id = f.record_key
),

-- Nobody says since when: whatever such a person did last is the latest sign of employment.
undated_aliases as (
    select a.*
    from {{ ref('int_person_alias') }} as a
    inner join endings as e
        on a.person_id = e.person_id
    where e.is_gone and e.stamped_date is null
),

sessions as (
    select * from {{ ref('int_session_conformed') }}
    where status = 'held'
),

signs as (
    select
        source_system,
        owner_alias as alias,
        activity_date as seen_date
    from {{ ref('int_activity_conformed') }}
    where is_completed and not is_deleted

    union all

    select
        source_system,
        coach_alias as alias,
        session_date as seen_date
    from sessions

    union all

    select
        t.source_system,
        t.coachee_alias as alias,
        sessions.session_date as seen_date
    from sessions
    inner join {{ ref('int_session_attended') }} as t
        on sessions.session_id = t.session_id
    where t.is_present
),

last_signs as (
    select
        a.person_id,
        max(s.seen_date) as seen_date
    from signs as s
    inner join undated_aliases as a
        on
            s.source_system = a.source_system
            and s.alias = a.alias
            and s.seen_date >= a.valid_from
            and s.seen_date < a.valid_to
    cross join clock
    where s.seen_date <= clock.as_of_date
    group by a.person_id
),

leavers as (
    select
        e.person_id,
        coalesce(e.given_date, e.stamped_date, l.seen_date) as leave_date,
        case
            when e.given_date is not null then 'given'
            when e.stamped_date is not null then 'account_closed'
            when l.seen_date is not null then 'last_seen'
            when e.is_gone then 'never_seen'
        end as leave_date_source
    from endings as e
    left join last_signs as l
        on e.person_id = l.person_id
),

final as (
    select
        p.person_id,
        p.full_name,
        p.email,
        h.role,
        coalesce(titles.job_title, p.job_title) as job_title,
        p.hire_date,
        leavers.leave_date,
        leavers.leave_date_source,
        p.time_zone,
        case when p.certified_date <= clock.as_of_date then p.certified_date end as certified_date,
        case when p.certified_date <= clock.as_of_date then p.certification_expires_date end
            as certification_expires_date,
        coalesce(p.hire_date <= clock.as_of_date, true)
        and coalesce(leavers.leave_date >= clock.as_of_date, true)
        and not coalesce(statuses.is_closed, false)
        and not coalesce(flags.is_deleted, false) as is_active,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version,
        h.is_rep,
        h.role = 'manager' or managing.manager_id is not null as is_manager,
        h.manager_id,
        h.team_id,
        h.region,
        p.source_system,
        p._source_file,
        p._source_row
    from people as p
    cross join clock
    inner join history as h
        on
            p.person_id = h.person_id
            and clock.as_of_date >= h.valid_from
            and clock.as_of_date < h.valid_to
    inner join leavers
        on p.person_id = leavers.person_id
    left join statuses
        on p.person_id = statuses.person_id
    left join titles
        on p.person_id = titles.person_id and p.source_system = titles.source_system
    left join managing
        on p.person_id = managing.manager_id
    left join flags
        on p.person_id = flags.record_key
)

select * from final
