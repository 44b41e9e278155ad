-- Whose a deal's amount is (R13): its owner's, or that of those who share it. The parts of a deal
-- are cut from running totals, so that they add up to it to the cent whatever the shares are.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

opportunities as (
    select
        o.opportunity_id,
        o.owner_id,
        case when o.is_open then clock.as_of_date else o.close_date end as credit_date,
        o.amount,
        o.currency_code,
        o.reporting_amount,
        o.constant_rate_amount,
        o.source_system,
        o._source_file,
        o._source_row
    from {{ ref('fct_opportunity') }} as o
    cross join clock
    where not o.is_deleted
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

shares as (
    select
        opportunity_id,
        person_id,
        sum(split_percent) as credit_percent,
        min(_source_file) as _source_file,
        min(_source_row) as _source_row
    from {{ ref('fct_opportunity_split') }}
    where is_credited
    group by opportunity_id, person_id
),

credits as (
    select
        o.opportunity_id,
        coalesce(s.person_id, o.owner_id) as person_id,
        s.person_id is not null as is_split,
        coalesce(s.person_id = o.owner_id, true) as is_owner,
        cast(coalesce(s.credit_percent, 100) as decimal(5, 2)) as credit_percent,
        o.credit_date,
        o.amount,
        o.currency_code,
        o.reporting_amount,
        o.constant_rate_amount,
        o.source_system,
        coalesce(s._source_file, o._source_file) as _source_file,
        coalesce(s._source_row, o._source_row) as _source_row
    from opportunities as o
    left join shares as s
        on o.opportunity_id = s.opportunity_id
),

-- The odd cent goes to whoever has more of the deal, then to its owner: not by how ids sort, as
-- long as the shares or who the owner is can tell.
running as (
    select
        *,
        cast(
            sum(credit_percent) over (
                partition by opportunity_id
                order by
                    credit_percent desc nulls last,
                    is_owner desc nulls last,
                    person_id asc nulls last
                rows between unbounded preceding and current row
            ) as decimal(5, 2)
        ) as upper_percent
    from credits
),

bounds as (
    select
        *,
        cast(upper_percent - credit_percent as decimal(5, 2)) as lower_percent
    from running
),

final as (
    select
        b.opportunity_id,
        b.person_id,
        b.is_split,
        cast(b.credit_percent as decimal(18, 2)) as credit_percent,
        b.credit_date,
        cast(
            round(b.amount * b.upper_percent * 0.01, 2)
            - round(b.amount * b.lower_percent * 0.01, 2) as decimal(18, 2)
        ) as amount,
        b.currency_code,
        cast(
            round(b.reporting_amount * b.upper_percent * 0.01, 2)
            - round(b.reporting_amount * b.lower_percent * 0.01, 2) as decimal(18, 2)
        ) as reporting_amount,
        cast(
            round(b.constant_rate_amount * b.upper_percent * 0.01, 2)
            - round(b.constant_rate_amount * b.lower_percent * 0.01, 2) as decimal(18, 2)
        ) as constant_rate_amount,
        v.org_key as person_org_key,
        b.source_system,
        b._source_file,
        b._source_row
    from bounds as b
    inner join org_versions as v
        on
            b.person_id = v.person_id
            and b.credit_date >= v.valid_from
            and b.credit_date < v.valid_to
)

select * from final
