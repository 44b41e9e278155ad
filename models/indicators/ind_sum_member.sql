-- By what additive measures are broken down, and the currencies of their money, with a number each.
with

additive as (
    select * from {{ ref('ind_additive') }}
),

observations as (
    select * from {{ ref('ind_observation') }}
    where aggregation = 'ratio'
),

members as (
    select
        dimension,
        member,
        currency_code
    from additive
    union distinct
    select
        dimension,
        member,
        currency_code
    from observations
),

final as (
    select
        cast(
            row_number() over (
                order by
                    dimension asc nulls last, member asc nulls last, currency_code asc nulls last
            ) as integer
        ) as member_number,
        dimension,
        member,
        currency_code
    from members
)

select * from final
